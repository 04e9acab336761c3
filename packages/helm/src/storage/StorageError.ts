import { HelmError } from '../HelmError';

/**
 * Why records of releases cannot be written. Codes are stable.
 *
 * - `exists`: there is a record of that revision already: somebody else makes it
 * - `not-found`: there is no record of that revision
 * - `too-large`: the API takes no object of that size
 *
 * @public
 */
export type StorageErrorCode = 'exists' | 'not-found' | 'too-large';

/**
 * A record that cannot be stored. Messages name releases and revisions, never
 * what is in them.
 *
 * @public
 */
export class StorageError extends HelmError {
  constructor(
    readonly code: StorageErrorCode,
    message: string,
    options: { cause?: unknown } = {},
  ) {
    super(message, options);
  }
}
