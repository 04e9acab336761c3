import { CustomErrorBase } from '@backstage/errors';

/**
 * What `spec.kubeConfig` leads to cannot be used: something is missing, wrong, or
 * refused. The message says what to correct, and holds no value of a Secret.
 */
export class TargetError extends CustomErrorBase {
  readonly name = 'TargetError';
  readonly code = 'GITOPS_TARGET';

  constructor(message: string, cause?: unknown) {
    super(message, cause instanceof Error ? cause : undefined);
  }
}
