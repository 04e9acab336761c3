import { CustomErrorBase } from '@backstage/errors';

/**
 * - `NO_INTEGRATION`: `integrations` has no entry for the host, or none that has pull requests
 * - `NOT_MAPPED`: `gitops.integrations` does not grant them to the namespace
 * - `FORBIDDEN`: the credential may not do it, or there is none
 * - `NOT_FOUND`: the repository is not there, or not for this credential
 * - `BRANCH_MISSING`: one of the branches is not there
 * - `ALREADY_MERGED`: nothing is left to merge, or it was closed meanwhile
 * - `RATE_LIMITED`: too many requests; see `retryAfterMs`
 * - `HOST_DOWN`: no answer, or one that says that the host fails
 * - `REFUSED`: the host does not want it, for another reason
 */
export type PullRequestErrorCode = `PULL_REQUEST_${
  | 'NO_INTEGRATION'
  | 'NOT_MAPPED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'BRANCH_MISSING'
  | 'ALREADY_MERGED'
  | 'RATE_LIMITED'
  | 'HOST_DOWN'
  | 'REFUSED'}`;

/** A pull request that could not be kept. The message never holds a credential. */
export class PullRequestError extends CustomErrorBase {
  readonly name = 'PullRequestError';
  readonly code: PullRequestErrorCode;
  /** When the host may be asked again, in milliseconds from now. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: PullRequestErrorCode,
    message: string,
    options: { retryAfterMs?: number } = {},
  ) {
    super(message);
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }
}
