import { HelmError } from '../HelmError';

/**
 * What is wrong with a release or its record. Codes are stable.
 *
 * - `invalid-base64`: a record is no base64
 * - `invalid-gzip`: a record is packed, and damaged
 * - `invalid-json`: what a record holds is no JSON, or nested too deeply
 * - `invalid-field`: a field of a record has a value of another type
 * - `not-representable`: a release holds what a record has no form for
 * - `reserved-label`: a label has a name that only Helm itself may set
 * - `limit`: a record holds more bytes than are allowed
 *
 * @public
 */
export type ReleaseErrorCode =
  | 'invalid-base64'
  | 'invalid-gzip'
  | 'invalid-json'
  | 'invalid-field'
  | 'not-representable'
  | 'reserved-label'
  | 'limit';

/**
 * A release that cannot be stored, or a record that cannot be read. Records
 * hold secrets: messages name fields and never what is in them.
 *
 * @public
 */
export class ReleaseError extends HelmError {
  constructor(
    readonly code: ReleaseErrorCode,
    message: string,
    options: { cause?: unknown } = {},
  ) {
    super(message, options);
  }
}
