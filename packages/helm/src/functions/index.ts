import type { GoFunction } from '@backstage-gitops/go-template';
import { encodingFunctions } from './encoding';
import type { FunctionOptions } from './FunctionOptions';
import { pathFunctions } from './paths';
import { regexFunctions } from './regex';

export type { FunctionOptions } from './FunctionOptions';

/**
 * The functions of sprig 3.3 and Helm 4 that need no rendering: all but
 * `include`, `tpl`, `required`, `fail` and `lookup`. Helm has neither `env` nor
 * `expandenv`, and `getHostByName` answers nothing.
 *
 * @public
 */
export function createFunctions(
  _options: FunctionOptions = {},
): ReadonlyMap<string, GoFunction> {
  return new Map([...encodingFunctions, ...pathFunctions, ...regexFunctions]);
}
