import { CustomErrorBase } from '@backstage/errors';
import {
  NetworkError,
  NetworkErrorCode,
} from '@backstage-gitops/plugin-gitops-node';

/** What went wrong with a repository; the condition's reason follows from it. */
export type GitErrorCode =
  | 'GIT_UNREACHABLE'
  | 'GIT_AUTHENTICATION'
  | 'GIT_HOST_KEY'
  | 'GIT_NOT_FOUND'
  | 'GIT_NOT_A_REPOSITORY'
  | 'GIT_EMPTY'
  | 'GIT_REF_NOT_FOUND'
  | 'GIT_PATH_NOT_FOUND'
  | 'GIT_SIGNATURE'
  | 'GIT_SUBMODULE'
  | 'GIT_TOO_LARGE'
  /** What arrived is no valid pack or object. */
  | 'GIT_CORRUPT'
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

const CODES: Partial<Record<NetworkErrorCode, GitErrorCode>> = {
  GITOPS_NETWORK_TOO_LARGE: 'GIT_TOO_LARGE',
  GITOPS_NETWORK_REDIRECT: 'GIT_PROTOCOL',
};

/** A failure of the network as one of the repository; others as they are. */
export function translateNetworkError(error: unknown): unknown {
  return error instanceof NetworkError
    ? new GitError(CODES[error.code] ?? 'GIT_UNREACHABLE', error.message)
    : error;
}
