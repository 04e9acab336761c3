export { findChartVersion } from './findChartVersion';
export { indexRevision } from './indexRevision';
export { readIndex } from './readIndex';
export type { ReadIndexOptions } from './readIndex';
export { RepositoryError } from './RepositoryError';
export type { RepositoryErrorCode } from './RepositoryError';
export type {
  IndexedChart,
  IndexLimits,
  RepositoryIndex,
} from './RepositoryIndex';
export {
  indexUrl,
  normalizeRepositoryUrl,
  resolveChartUrl,
} from './resolveChartUrl';
export { writeIndexJson } from './writeIndexJson';
