import { CustomErrorBase } from '@backstage/errors';

/** What went wrong with a repository; the condition's reason follows from it. */
export type GitErrorCode =
  | 'GIT_UNREACHABLE'
  | 'GIT_TIMEOUT'
  | 'GIT_AUTHENTICATION'
  | 'GIT_HOST_KEY'
  | 'GIT_NOT_FOUND'
  | 'GIT_NOT_A_REPOSITORY'
  | 'GIT_EMPTY'
  | 'GIT_REF_NOT_FOUND'
  | 'GIT_TOO_LARGE'
  | 'GIT_PROTOCOL';

/** A Git operation that failed. The message never holds a credential. */
export class GitError extends CustomErrorBase {
  readonly name = 'GitError';
  readonly code: GitErrorCode;

  constructor(code: GitErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
