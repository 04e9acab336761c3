import { CustomErrorBase } from '@backstage/errors';

/**
 * What `spec.kubeConfig` leads to cannot be used: something is missing, wrong, or
 * refused. The message says what to correct, and holds no value of a Secret.
 */
export class TargetError extends CustomErrorBase {
  readonly name: string = 'TargetError';
  readonly code = 'GITOPS_TARGET';

  constructor(message: string, cause?: unknown) {
    super(message, cause instanceof Error ? cause : undefined);
  }
}

/** The cluster does not answer in time. */
export class SilentTargetError extends TargetError {
  override readonly name = 'SilentTargetError';
}
