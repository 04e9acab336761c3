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
  | 'quota-exceeded'
  | 'namespace-terminating'
  | 'admission-denied'
  | 'webhook-failed'
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
  'quota-exceeded': 'raise the ResourceQuota of the namespace or request less',
  'namespace-terminating':
    'the namespace is being deleted; wait until it is gone',
  'admission-denied':
    'a rule of the cluster refused it; change the object, or the rule',
  'webhook-failed':
    'an admission webhook in the cluster did not answer; look at its service',
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
    super(`${options.where}: ${apiMessage}`, { hint: HINTS[code] });
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
  const admission = admissionCode(options);
  if (admission) return admission;
  const known = CODES[options.status];
  if (known) return known;
  return options.status >= 500 ? 'server-error' : 'unexpected-response';
}

/**
 * Admission has no statuses of its own: its answers are told by their words
 * (kube-apiserver 1.34; a webhook may choose any status).
 */
function admissionCode({
  status,
  apiMessage = '',
  details,
}: KubernetesApiErrorOptions): ApiErrorCode | undefined {
  const causes = details?.causes ?? [];
  if (
    causes.some(cause => cause.reason === 'NamespaceTerminating') ||
    (status === 403 && apiMessage.endsWith('because it is being terminated'))
  ) {
    return 'namespace-terminating';
  }
  if (status === 403 && apiMessage.includes('exceeded quota')) {
    return 'quota-exceeded';
  }
  if (/failed calling webhook|failed to call webhook/.test(apiMessage)) {
    return 'webhook-failed';
  }
  return /admission webhook ".*" denied the request|ValidatingAdmissionPolicy '.*' denied request|violates PodSecurity/s.test(
    apiMessage,
  )
    ? 'admission-denied'
    : undefined;
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
