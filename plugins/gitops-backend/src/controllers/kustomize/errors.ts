import { CustomErrorBase } from '@backstage/errors';

/** The manifests cannot be turned into objects; only Git can change that. */
export class BuildError extends CustomErrorBase {
  readonly name = 'BuildError';
  readonly code = 'GITOPS_BUILD_FAILED';
}

/** A field that this version does not act on; refusing beats ignoring it. */
export class UnsupportedFieldError extends CustomErrorBase {
  readonly name = 'UnsupportedFieldError';
  readonly code = 'GITOPS_UNSUPPORTED_FIELD';

  constructor(field: string) {
    super(
      `${field} is not supported by this version of the portal; remove it, or let Flux's kustomize-controller reconcile this object`,
    );
  }
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
