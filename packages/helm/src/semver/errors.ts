/**
 * What is wrong with a version or a constraint.
 *
 * @public
 */
export type SemverErrorCode =
  /** Not of the form of a version. */
  | 'INVALID_VERSION'
  /** A numeric part of a pre-release begins with 0. */
  | 'LEADING_ZERO'
  /** A number that does not fit in 64 bits. */
  | 'OUT_OF_RANGE'
  /** Not of the form of a constraint. */
  | 'INVALID_CONSTRAINT'
  /** The version within a constraint is none. */
  | 'INVALID_CONSTRAINT_VERSION';

/**
 * Thrown for text that is no version, or no constraint.
 *
 * @public
 */
export class SemverError extends Error {
  constructor(
    readonly code: SemverErrorCode,
    message: string,
    /** The text at fault. */
    readonly text: string,
  ) {
    super(message);
    this.name = 'SemverError';
  }
}
