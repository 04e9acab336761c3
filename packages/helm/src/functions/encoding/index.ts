import { GoFunction } from '@backstage-gitops/go-template';
import { baseFunctions } from './base';
import { fromJsonFunctions } from './fromJson';
import { fromYamlFunctions } from './fromYaml';
import { jsonFunctions } from './json';
import { tomlFunctions } from './toml';
import { yamlFunctions } from './yaml';

/** Functions that write and read encodings. */
export const encodingFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ...baseFunctions,
  ...fromJsonFunctions,
  ...fromYamlFunctions,
  ...jsonFunctions,
  ...tomlFunctions,
  ...yamlFunctions,
]);
