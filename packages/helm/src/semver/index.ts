export { Constraint } from './constraint';
export type { ConstraintResult } from './constraint';
export { SemverError } from './errors';
export type { SemverErrorCode } from './errors';
export {
  compareVersions,
  formatVersion,
  parseStrictVersion,
  parseVersion,
} from './version';
export type { Version } from './version';
