import { HelmError } from '../HelmError';

/**
 * What is wrong with a chart. Codes are stable.
 *
 * - `missing-chart-file`: there is no Chart.yaml
 * - `invalid-chart-file`: Chart.yaml, a lock or requirements cannot be read
 * - `invalid-metadata`: a field of Chart.yaml has a value that Helm refuses
 * - `unsupported-version`: `apiVersion` is neither `v1` nor `v2`
 * - `invalid-values`: values.yaml cannot be read
 * - `invalid-ignore`: a rule of .helmignore cannot be read
 * - `invalid-subchart`: a chart in `charts/` cannot be read; `cause` says why
 * - `invalid-archive`: no gzip, no tar, damaged, or without files
 * - `unsafe-path`: a path leaves the chart, is absolute, or is no path
 * - `unsupported-entry`: a link or device in an archive or directory
 * - `duplicate-entry`: two entries of an archive have one path
 * - `outside-root`: a link leaves the directory of the chart
 * - `limit`: more bytes, files or nested charts than are allowed
 * - `missing-dependency`: `charts/` lacks a chart that Chart.yaml lists
 * - `not-installable`: a library chart
 * - `incompatible`: `kubeVersion` does not match the cluster
 *
 * @public
 */
export type ChartErrorCode =
  | 'missing-chart-file'
  | 'invalid-chart-file'
  | 'invalid-metadata'
  | 'unsupported-version'
  | 'invalid-values'
  | 'invalid-ignore'
  | 'invalid-subchart'
  | 'invalid-archive'
  | 'unsafe-path'
  | 'unsupported-entry'
  | 'duplicate-entry'
  | 'outside-root'
  | 'limit'
  | 'missing-dependency'
  | 'not-installable'
  | 'incompatible';

/**
 * A chart that cannot be loaded or used.
 *
 * @public
 */
export class ChartError extends HelmError {
  constructor(
    readonly code: ChartErrorCode,
    message: string,
    options: { file?: string; cause?: unknown } = {},
  ) {
    super(message, options);
  }
}
