import { ClusterError } from './ClusterError';

/**
 * The cluster could not be reached, or the connection broke.
 * Code `unreachable`.
 *
 * @public
 */
export class ConnectionError extends ClusterError {
  readonly code = 'unreachable';
  readonly server: string;

  constructor(options: { where: string; server: string; cause: unknown }) {
    super(
      `${options.where}: cannot reach ${options.server}: ${causeText(
        options.cause,
      )}`,
      {
        hint: 'check the address, the network and the certificate authority',
        cause: options.cause,
      },
    );
    this.server = options.server;
  }
}

/**
 * The cluster did not answer in time. Code `timeout`.
 *
 * @public
 */
export class RequestTimeoutError extends ClusterError {
  readonly code = 'timeout';

  constructor(options: { where: string; server: string; timeoutMs: number }) {
    super(
      `${options.where}: no answer from ${options.server} within ${options.timeoutMs} ms`,
      { hint: 'the API server is slow or the connection is dead' },
    );
  }
}

/**
 * A response larger than the client takes. Code `response-too-large`.
 *
 * @public
 */
export class ResponseTooLargeError extends ClusterError {
  readonly code = 'response-too-large';

  constructor(options: { where: string; limitBytes: number }) {
    super(
      `${options.where}: the response is larger than ${options.limitBytes} bytes`,
      { hint: 'narrow the request, or raise maxResponseBytes' },
    );
  }
}

/**
 * The cluster answered, and does not serve this kind: its group and version
 * are absent from discovery, or present without the kind. Never thrown for
 * an outage. Code `unknown-kind`.
 *
 * @public
 */
export class UnknownKindError extends ClusterError {
  readonly code = 'unknown-kind';
  readonly apiVersion: string;
  readonly kind: string;

  constructor(options: { apiVersion: string; kind: string; server: string }) {
    super(
      `no kind "${options.kind}" in "${options.apiVersion}" on ${options.server}`,
      {
        hint: 'install the CustomResourceDefinition, or use a version that the cluster serves',
      },
    );
    this.apiVersion = options.apiVersion;
    this.kind = options.kind;
  }
}

/**
 * Discovery could not be read (outage, aggregated API down, forbidden), so
 * nothing is known of the kind. Code `discovery-unavailable`.
 *
 * @public
 */
export class DiscoveryUnavailableError extends ClusterError {
  readonly code = 'discovery-unavailable';
  readonly apiVersion: string;

  constructor(options: {
    apiVersion: string;
    server: string;
    cause?: unknown;
  }) {
    super(
      `cannot learn what ${options.server} serves in "${options.apiVersion}": ${causeText(
        options.cause,
      )}`,
      {
        hint: 'the API is known but not available now; it is tried again later',
        cause: options.cause,
      },
    );
    this.apiVersion = options.apiVersion;
  }
}

/**
 * A reference or an object that no request can be made of: no name, an
 * unsafe name, a namespace missing. Code `invalid-reference`.
 *
 * @public
 */
export class InvalidReferenceError extends ClusterError {
  readonly code = 'invalid-reference';

  constructor(message: string, hint?: string) {
    super(message, { hint });
  }
}

/**
 * Impersonation without a user, or with values that are empty or cannot be
 * sent. Nothing was requested: without the header, the request would run with
 * the client's own permissions. Code `impersonation`.
 *
 * @public
 */
export class ImpersonationError extends ClusterError {
  readonly code = 'impersonation';

  constructor(message: string) {
    super(message, {
      hint: 'name the user, groups and extra values in full, or do not impersonate',
    });
  }
}

/**
 * A kubeconfig that is not usable, or asks for what is not allowed.
 * Code `kubeconfig`; `field` says where.
 *
 * @public
 */
export class KubeConfigError extends ClusterError {
  readonly code = 'kubeconfig';
  readonly field?: string;

  constructor(
    message: string,
    options: { field?: string; hint?: string; cause?: unknown } = {},
  ) {
    super(message, options);
    this.field = options.field;
  }
}

export function causeText(cause: unknown): string {
  if (cause instanceof AggregateError && cause.errors.length > 0) {
    return causeText(cause.errors[0]);
  }
  if (cause instanceof Error) {
    return cause.message || ('code' in cause ? String(cause.code) : cause.name);
  }
  return cause === undefined ? 'no answer' : String(cause);
}
