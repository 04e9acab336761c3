import type { GoFunction } from '@backstage-gitops/go-template';
import { encodingFunctions } from './encoding';
import type { FunctionOptions } from './FunctionOptions';
import { pathFunctions } from './paths';
import { createRandomFunctions } from './random';
import { createRegexFunctions } from './regex';
import { textFunctions } from './text';
import { urlFunctions } from './urls';

export type { FunctionOptions } from './FunctionOptions';

/**
 * The functions of sprig 3.3 and Helm 4 that need no rendering: all but
 * `include`, `tpl`, `required`, `fail` and `lookup`. Helm has neither `env` nor
 * `expandenv`, and `getHostByName` answers nothing.
 *
 * @public
 */
export function createFunctions(
  options: FunctionOptions = {},
): ReadonlyMap<string, GoFunction> {
  return new Map([
    ...encodingFunctions,
    ...pathFunctions,
    ...createRandomFunctions(options),
    ...createRegexFunctions(),
    ...textFunctions,
    ...urlFunctions,
  ]);
}
