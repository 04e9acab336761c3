import { CustomErrorBase } from '@backstage/errors';

/** An ImagePolicy that no tags can be chosen by; only another spec helps. */
export class InvalidPolicyError extends CustomErrorBase {
  readonly name = 'InvalidPolicyError';
  readonly code = 'GITOPS_IMAGE_POLICY';
}

/** No tag can be chosen among those that there are. */
export class NoTagError extends CustomErrorBase {
  readonly name = 'NoTagError';
  readonly code = 'GITOPS_IMAGE_NO_TAG';
}
