import { ClusterError } from './ClusterError';

/**
 * `details` of a Kubernetes Status.
 *
 * @public
 */
export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  retryAfterSeconds?: number;
  causes?: readonly StatusCause[];
}

/**
 * One cause of a refused request, such as an invalid field.
 *
 * @public
 */
export interface StatusCause {
  reason?: string;
  message?: string;
  /** Such as `spec.replicas` or `.spec.containers[name="app"].image`. */
  field?: string;
}

/**
 * What an API error is about, in one word that stays the same over releases
 * of Kubernetes.
 *
 * @public
 */
export type ApiErrorCode =
  | 'bad-request'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'already-exists'
  | 'conflict'
  | 'gone'
  | 'invalid'
  | 'too-large'
  | 'too-many-requests'
  | 'timeout'
  | 'unavailable'
  | 'server-error'
  | 'unexpected-response';

const CODES: Record<number, ApiErrorCode> = {
  400: 'bad-request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  408: 'timeout',
  409: 'conflict',
  410: 'gone',
  413: 'too-large',
  422: 'invalid',
  429: 'too-many-requests',
  500: 'server-error',
  503: 'unavailable',
  504: 'timeout',
};

const HINTS: Partial<Record<ApiErrorCode, string>> = {
  unauthorized: 'the credential was not accepted; check token or certificate',
  forbidden: 'grant the permission to the user or ServiceAccount named above',
  'too-large': 'the object is larger than the API server takes; split it',
  'too-many-requests': 'the API server is busy; it is tried again later',
  timeout: 'the API server, or a webhook it asked, did not answer in time',
  unavailable: 'the API server, or an API behind it, is not available',
};

/** Longest text of an API message that is kept; some quote whole objects. */
const MAX_MESSAGE = 4096;

/**
 * Options of a KubernetesApiError.
 *
 * @public
 */
export interface KubernetesApiErrorOptions {
  status: number;
  /** What was asked, such as `apply Deployment/ns/name`. */
  where: string;
  server: string;
  apiMessage?: string;
  reason?: string;
  details?: StatusDetails;
  retryAfterMs?: number;
}

/**
 * A request that the API server answered with an error. `message` is the
 * server's text (cut at 4096 characters) behind what was asked.
 *
 * @public
 */
export class KubernetesApiError extends ClusterError {
  readonly code: ApiErrorCode;
  /** HTTP status. */
  readonly status: number;
  /** Reason of the Status, such as `NotFound`; empty where there was none. */
  readonly reason: string;
  readonly details?: StatusDetails;
  readonly where: string;
  readonly server: string;
  /** The server's text alone. */
  readonly apiMessage: string;
  /** How long the server asked to wait, in milliseconds. */
  readonly retryAfterMs?: number;

  constructor(options: KubernetesApiErrorOptions) {
    const apiMessage = cut(
      options.apiMessage || `the server answered ${options.status}`,
    );
    const code = codeOf(options);
    super(`${options.where}: ${apiMessage}`, { hint: hintOf(code, options) });
    this.code = code;
    this.status = options.status;
    this.reason = options.reason ?? '';
    this.details = options.details;
    this.where = options.where;
    this.server = options.server;
    this.apiMessage = apiMessage;
    this.retryAfterMs = options.retryAfterMs;
  }
}

function cut(text: string): string {
  return text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE)}...` : text;
}

function codeOf(options: KubernetesApiErrorOptions): ApiErrorCode {
  if (options.reason === 'AlreadyExists') return 'already-exists';
  const known = CODES[options.status];
  if (known) return known;
  return options.status >= 500 ? 'server-error' : 'unexpected-response';
}

function hintOf(
  code: ApiErrorCode,
  options: KubernetesApiErrorOptions,
): string | undefined {
  const causes = options.details?.causes ?? [];
  if (causes.some(cause => cause.reason === 'NamespaceTerminating')) {
    return 'the namespace is being deleted; wait until it is gone';
  }
  if (options.apiMessage?.includes('exceeded quota')) {
    return 'raise the ResourceQuota of the namespace or request less';
  }
  if (
    /failed calling webhook|admission webhook .* denied/.test(
      options.apiMessage ?? '',
    )
  ) {
    return 'an admission webhook in the cluster refused or did not answer';
  }
  return HINTS[code];
}

/**
 * Who else owns fields that were to be applied.
 *
 * @public
 */
export interface FieldConflict {
  /** Field manager, such as `kubectl-edit`. */
  manager: string;
  /** Paths such as `.spec.replicas`. */
  fields: readonly string[];
}

/**
 * A write that collided: with another field manager (`conflicts` says who and
 * where) or with a newer version of the object (`conflicts` is empty).
 *
 * @public
 */
export class ConflictError extends KubernetesApiError {
  readonly conflicts: readonly FieldConflict[];

  constructor(options: KubernetesApiErrorOptions) {
    super(options);
    const byManager = new Map<string, string[]>();
    for (const cause of options.details?.causes ?? []) {
      if (cause.reason !== 'FieldManagerConflict') continue;
      const manager =
        /^conflict with "((?:[^"\\]|\\.)*)"/.exec(cause.message ?? '')?.[1] ??
        'another manager';
      const fields = byManager.get(manager) ?? [];
      fields.push(cause.field ?? '');
      byManager.set(manager, fields);
    }
    this.conflicts = [...byManager].map(([manager, fields]) => ({
      manager,
      fields,
    }));
  }
}

/**
 * The error for a Status, as its own class where there is one.
 */
export function apiErrorOf(
  options: KubernetesApiErrorOptions,
): KubernetesApiError {
  return options.status === 409 && options.reason !== 'AlreadyExists'
    ? new ConflictError(options)
    : new KubernetesApiError(options);
}

/**
 * True where the API server says that this object does not exist: HTTP 404
 * with reason NotFound that names it. A 404 from a proxy, or for a path that
 * is not served, is something else.
 *
 * @public
 */
export function isNotFound(error: unknown, name?: string): boolean {
  return (
    error instanceof KubernetesApiError &&
    error.status === 404 &&
    error.reason === 'NotFound' &&
    error.details !== undefined &&
    (name === undefined || error.details.name === name)
  );
}
