import { HelmError } from '../HelmError';

/**
 * What is wrong with a repository of charts. Codes are stable.
 *
 * - `invalid-index`: an index that is neither YAML nor JSON, or empty
 * - `invalid-field`: a field of an index is unknown or has another type
 * - `missing-api-version`: an index without `apiVersion`
 * - `limit`: an index with more bytes, charts or values than are allowed
 * - `chart-not-found`: the index has no chart of this name
 * - `version-not-found`: no version of the chart is in the range
 * - `invalid-range`: neither a version nor a range of versions
 * - `invalid-url`: a URL that cannot be parsed
 *
 * @public
 */
export type RepositoryErrorCode =
  | 'invalid-index'
  | 'invalid-field'
  | 'missing-api-version'
  | 'limit'
  | 'chart-not-found'
  | 'version-not-found'
  | 'invalid-range'
  | 'invalid-url';

/**
 * An index that cannot be read, or that lacks what is looked for.
 *
 * @public
 */
export class RepositoryError extends HelmError {
  constructor(
    readonly code: RepositoryErrorCode,
    message: string,
    options: { cause?: unknown } = {},
  ) {
    super(message, options);
  }
}
