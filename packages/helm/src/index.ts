/**
 * Helm as a TypeScript library: charts, values, schemas, manifests, releases
 * and versions, as Helm 4.2 has them.
 *
 * @packageDocumentation
 */
export * from './charts';
export { HelmError } from './HelmError';
export { createFunctions } from './functions';
export type { FunctionOptions } from './functions';
export { expander } from './functions/regex/expand';
export { Pattern } from './functions/regex/Pattern';
export type { Match } from './functions/regex/Pattern';
export * from './manifests';
export * from './packaging';
export * from './releases';
export * from './render';
export * from './repositories';
export * from './schema';
export * from './semver';
export * from './values';
