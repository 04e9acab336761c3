import { HelmError } from '../HelmError';

/**
 * What is wrong with values. Codes are stable.
 *
 * - `invalid-yaml`: a values file is not YAML, or no mapping
 * - `invalid-set`: an argument of `--set` and its like cannot be read
 * - `type-mismatch`: the section of a dependency is no table
 * - `invalid-version`: a Kubernetes version cannot be read
 * - `limit`: values are nested more deeply than is allowed
 *
 * @public
 */
export type ValuesErrorCode =
  | 'invalid-yaml'
  | 'invalid-set'
  | 'type-mismatch'
  | 'invalid-version'
  | 'limit';

/**
 * Values that cannot be read or combined. Messages name keys, never values.
 *
 * @public
 */
export class ValuesError extends HelmError {
  constructor(
    readonly code: ValuesErrorCode,
    message: string,
    options: { file?: string; cause?: unknown } = {},
  ) {
    super(message, options);
  }
}
