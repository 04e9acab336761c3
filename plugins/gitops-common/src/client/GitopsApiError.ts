/**
 * Codes of the API's own refusals; others may come from what stands before it.
 *
 * @public
 */
export type GitopsApiErrorCode =
  /** A parameter or the body is wrong; the message names it. */
  | 'GITOPS_INVALID_REQUEST'
  /** The cursor belongs to other filters, or to nothing. */
  | 'GITOPS_INVALID_CURSOR'
  | 'GITOPS_BODY_TOO_LARGE'
  /** No such home, kind or object, or none that the caller may see. */
  | 'GITOPS_OBJECT_NOT_FOUND'
  /** The object holds no such artifact, or the artifact has no such part. */
  | 'GITOPS_ARTIFACT_NOT_FOUND'
  /** The artifact in the store is damaged, or is no archive of files. */
  | 'GITOPS_ARTIFACT_UNREADABLE'
  /** What an automation would do cannot be told; the message says why. */
  | 'GITOPS_PREVIEW_FAILED'
  | 'GITOPS_NOTIFICATION_FAILED'
  /** No such registration, or none that the caller may see. */
  | 'GITOPS_REGISTRATION_NOT_FOUND'
  /** The message names the permission that is missing. */
  | 'GITOPS_NOT_ALLOWED'
  /** No claim of app-config admits it. */
  | 'GITOPS_NOT_CLAIMED'
  /** There is one of that name. */
  | 'GITOPS_EXISTS'
  /** A suspended object is not reconciled. */
  | 'GITOPS_SUSPENDED'
  /** The kind cannot do that. */
  | 'GITOPS_NOT_SUPPORTED'
  /** The object changed meanwhile. */
  | 'GITOPS_CONFLICT'
  /** The home refused what the portal asked of it. */
  | 'GITOPS_HOME_REFUSED'
  /** The home does not answer. */
  | 'GITOPS_HOME_UNAVAILABLE';

/**
 * An answer of the API that says no.
 *
 * @public
 */
export class GitopsApiError extends Error {
  /** One of {@link GitopsApiErrorCode}, or the name of the error. */
  readonly code: string;
  /** HTTP status. */
  readonly status: number;

  constructor(options: { message: string; code: string; status: number }) {
    super(options.message);
    this.name = 'GitopsApiError';
    this.code = options.code;
    this.status = options.status;
  }

  /** Reads the error out of the body of an answer, in Backstage's format or not. */
  static fromResponse(response: {
    status: number;
    statusText: string;
    body: unknown;
  }): GitopsApiError {
    const error = fieldOf(response.body, 'error');
    const message = fieldOf(error, 'message');
    const code = fieldOf(error, 'code') ?? fieldOf(error, 'name');
    return new GitopsApiError({
      status: response.status,
      message:
        typeof message === 'string'
          ? message
          : `The GitOps API answered ${response.status} ${response.statusText}`.trim(),
      code: typeof code === 'string' ? code : `HTTP_${response.status}`,
    });
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
