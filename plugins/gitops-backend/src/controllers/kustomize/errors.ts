import { CustomErrorBase } from '@backstage/errors';

/** The manifests cannot be turned into objects; only Git can change that. */
export class BuildError extends CustomErrorBase {
  readonly name = 'BuildError';
  readonly code = 'GITOPS_BUILD_FAILED';
}

/** An expression of `spec.dependsOn[].readyExpr` that cannot be one. */
export class ReadyExpressionError extends CustomErrorBase {
  readonly name = 'ReadyExpressionError';
  readonly code = 'GITOPS_READY_EXPRESSION';

  constructor(dependency: string, cause: Error) {
    super(
      `failed to evaluate dependency ${dependency}: ${cause.message}; correct spec.dependsOn[].readyExpr`,
      cause,
    );
  }
}
