/**
 * Base of this package's errors. `code` is stable and machine-readable; the
 * message says what failed and where; `hint` says what to do about it.
 *
 * @public
 */
export abstract class ClusterError extends Error {
  abstract readonly code: string;
  readonly hint?: string;

  protected constructor(
    message: string,
    options: { hint?: string; cause?: unknown } = {},
  ) {
    super(
      message,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.name = new.target.name;
    this.hint = options.hint;
  }
}
