import { CustomErrorBase } from '@backstage/errors';

/** A Secret that does not hold what it should; names keys, never values. */
export class GitCredentialError extends CustomErrorBase {
  readonly name = 'GitCredentialError';
  readonly code = 'GIT_CREDENTIAL';
}
