import { HelmError } from '../HelmError';

/**
 * Why a chart cannot be packed, or its dependencies not be resolved. Codes are
 * stable.
 *
 * - `invalid-chart`: metadata that Helm refuses, for example a bad version
 * - `invalid-schema`: values.schema.json is no JSON
 * - `invalid-path`: a file whose path is absolute or leaves the chart
 * - `duplicate-path`: two files, or two charts, that would have one path
 * - `missing-values-file`: a values file that is not there
 * - `invalid-values-file`: a values file that cannot be read
 * - `invalid-range`: neither a version nor a range of versions
 * - `invalid-repository`: a repository of a form that Helm does not know
 * - `unknown-alias`: a repository by a name that is not known
 * - `unknown-repository`: a repository whose index is not given
 * - `outside-root`: a local chart that is not below the root
 * - `not-found`: a chart that its repository does not have in this range
 *
 * @public
 */
export type PackagingErrorCode =
  | 'invalid-chart'
  | 'invalid-schema'
  | 'invalid-path'
  | 'duplicate-path'
  | 'missing-values-file'
  | 'invalid-values-file'
  | 'invalid-range'
  | 'invalid-repository'
  | 'unknown-alias'
  | 'unknown-repository'
  | 'outside-root'
  | 'not-found';

/**
 * A chart that cannot be packed, or dependencies that cannot be resolved.
 *
 * @public
 */
export class PackagingError extends HelmError {
  constructor(
    readonly code: PackagingErrorCode,
    message: string,
    options: { file?: string; cause?: unknown } = {},
  ) {
    super(message, options);
  }
}

/** Text of a chart within a message. */
export function show(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
