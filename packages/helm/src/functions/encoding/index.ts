import { GoFunction } from '@backstage-gitops/go-template';
import type { FunctionOptions } from '../FunctionOptions';
import { baseFunctions } from './base';
import { fromJsonFunctions } from './fromJson';
import { fromYamlFunctions } from './fromYaml';
import { jsonFunctions } from './json';
import { createFromToml, tomlFunctions } from './toml';
import { yamlFunctions } from './yaml';

/** Functions that write and read encodings, and depend on nothing else. */
export const encodingFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ...baseFunctions,
  ...fromJsonFunctions,
  ...fromYamlFunctions,
  ...jsonFunctions,
  ...tomlFunctions,
  ...yamlFunctions,
]);

/** All functions that write and read encodings. */
export function createEncodingFunctions(
  options: FunctionOptions = {},
): ReadonlyMap<string, GoFunction> {
  return new Map([...encodingFunctions, ['fromToml', createFromToml(options)]]);
}
