/**
 * What kept the sandbox from starting or doing something.
 *
 * - `port-in-use`: another process listens on the port
 * - `address-unavailable`: the address cannot be listened on
 * - `git-missing`: `git`, or its `http-backend`, is not installed
 * - `git-failed`: a git command failed
 * - `not-found`: a repository or a file does not exist
 * - `invalid-name`: a repository's name or a file's path is not allowed
 *
 * @public
 */
export type SandboxErrorCode =
  | 'port-in-use'
  | 'address-unavailable'
  | 'git-missing'
  | 'git-failed'
  | 'not-found'
  | 'invalid-name';

/**
 * A failure of the sandbox itself. `hint` says what to do about it; `port` is
 * set where a port is the cause.
 *
 * @public
 */
export class SandboxError extends Error {
  readonly code: SandboxErrorCode;
  readonly hint: string;
  readonly port?: number;

  constructor(options: {
    code: SandboxErrorCode;
    message: string;
    hint: string;
    port?: number;
    cause?: unknown;
  }) {
    super(options.message, { cause: options.cause });
    this.name = 'SandboxError';
    this.code = options.code;
    this.hint = options.hint;
    this.port = options.port;
  }
}
