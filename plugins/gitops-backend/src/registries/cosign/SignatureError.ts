import { CustomErrorBase } from '@backstage/errors';

/** A signature, or what it is checked with, does not hold. */
export class SignatureError extends CustomErrorBase {
  readonly name = 'SignatureError';
  readonly code = 'GITOPS_SIGNATURE';
}
