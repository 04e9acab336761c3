import { GoFunction } from '@backstage-gitops/go-template';
import { baseFunctions } from './base';
import { jsonFunctions } from './json';
import { tomlFunctions } from './toml';
import { yamlFunctions } from './yaml';

/** Functions that write and read encodings. */
export const encodingFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ...baseFunctions,
  ...jsonFunctions,
  ...tomlFunctions,
  ...yamlFunctions,
]);
