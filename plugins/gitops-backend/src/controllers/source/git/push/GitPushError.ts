import { CustomErrorBase } from '@backstage/errors';

/**
 * - `GIT_PUSH_STALE`: the reference is elsewhere by now; fetch and try again
 * - `GIT_PUSH_REFUSED`: the server does not want it, as where a branch is protected
 */
export type GitPushErrorCode = 'GIT_PUSH_STALE' | 'GIT_PUSH_REFUSED';

/** A push that the server did not do. The message never holds a credential. */
export class GitPushError extends CustomErrorBase {
  readonly name = 'GitPushError';
  readonly code: GitPushErrorCode;

  constructor(code: GitPushErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
