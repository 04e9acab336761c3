/**
 * Helm as a TypeScript library: charts, values, schemas, manifests, releases
 * and versions, as Helm 4.2 has them.
 *
 * @packageDocumentation
 */
export * from './charts';
export { HelmError } from './HelmError';
export * from './manifests';
export * from './schema';
export * from './semver';
export * from './values';
