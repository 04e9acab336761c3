import type { GoFunction } from '@backstage-gitops/go-template';
import { defaultFunctions } from './defaults';
import { dictFunctions } from './dicts';
import { createCryptoFunctions } from './crypto';
import { createDateFunctions } from './dates';
import { createEncodingFunctions } from './encoding';
import type { FunctionOptions } from './FunctionOptions';
import { listFunctions } from './lists';
import { numberFunctions } from './numbers';
import { pathFunctions } from './paths';
import { createRandomFunctions } from './random';
import { createRegexFunctions } from './regex';
import { textFunctions } from './text';
import { typeFunctions } from './types';
import { urlFunctions } from './urls';
import { createVersionFunctions } from './versions';

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
    ...defaultFunctions,
    ...dictFunctions,
    ...createCryptoFunctions(options),
    ...createDateFunctions(options),
    ...createEncodingFunctions(options),
    ...listFunctions,
    ...numberFunctions,
    ...pathFunctions,
    ...createRandomFunctions(options),
    ...createRegexFunctions(),
    ...textFunctions,
    ...typeFunctions,
    ...urlFunctions,
    ...createVersionFunctions(),
  ]);
}
