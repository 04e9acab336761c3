export { locateDependency } from './locateDependency';
export type { DependencyLocation, LocateOptions } from './locateDependency';
export { isLockInSync, lockDigest } from './lockDigest';
export { mergeValuesFiles } from './mergeValuesFiles';
export type { MergeValuesOptions } from './mergeValuesFiles';
export { packageChart } from './packageChart';
export type { PackagedChart, PackageOptions } from './packageChart';
export { PackagingError } from './PackagingError';
export type { PackagingErrorCode } from './PackagingError';
export {
  missingDependencies,
  resolveDependencies,
} from './resolveDependencies';
export type { ResolvedDependency, ResolveOptions } from './resolveDependencies';
export { withBuildMetadata } from './withBuildMetadata';
