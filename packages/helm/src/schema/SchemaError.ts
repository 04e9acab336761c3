import { HelmError } from '../HelmError';

/**
 * Why values were refused. Codes are stable.
 *
 * - `invalid-values`: they do not meet the schema; `message` lists where
 * - `invalid-schema`: values.schema.json is no schema
 * - `remote-ref`: it refers to another file or to a URL
 * - `limit`: to check it takes more steps than are allowed
 *
 * @public
 */
export type SchemaErrorCode =
  'invalid-values' | 'invalid-schema' | 'remote-ref' | 'limit';

/**
 * Values that do not meet the schema of a chart, or a schema that is none.
 *
 * @public
 */
export class SchemaError extends HelmError {
  constructor(
    readonly code: SchemaErrorCode,
    message: string,
    options: { file?: string; cause?: unknown } = {},
  ) {
    super(message, { file: 'values.schema.json', ...options });
  }
}
