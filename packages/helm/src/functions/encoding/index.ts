import { GoFunction } from '@backstage-gitops/go-template';
import { baseFunctions } from './base';

/** Functions that write and read encodings. */
export const encodingFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ...baseFunctions,
]);
