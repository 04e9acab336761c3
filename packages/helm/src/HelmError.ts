/**
 * What every error of this package about charts, values, schemas, manifests
 * and releases is. `code` is stable; the classes say which codes there are.
 *
 * @public
 */
export abstract class HelmError extends Error {
  abstract readonly code: string;
  /** The file at fault, relative to the root of its chart. */
  readonly file?: string;

  constructor(
    message: string,
    options: { file?: string; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.file = options.file;
  }
}
