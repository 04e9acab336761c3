import { CustomErrorBase } from '@backstage/errors';
import { Provider } from '@backstage-gitops/plugin-gitops-common';
import { CloudServiceAccount } from './buckets';
import { ConnectionGuard, ConnectionSettings, HttpClient } from './net';

/**
 * What happened to an object, in Flux's format (event.toolkit.fluxcd.io/v1beta1,
 * Flux 2.9).
 *
 * @public
 */
export interface NotificationEvent {
  involvedObject: {
    apiVersion: string;
    kind: string;
    namespace: string;
    name: string;
    uid?: string;
    resourceVersion?: string;
  };
  severity: 'info' | 'error' | 'trace';
  /** RFC 3339, in UTC. */
  timestamp: string;
  /** At most 39,000 characters. */
  message: string;
  /** CamelCase. */
  reason: string;
  /**
   * In a {@link Notification} the keys have no prefix; before, that of
   * `event.toolkit.fluxcd.io` or of the object's group.
   */
  metadata?: Record<string, string>;
  /** Such as `kustomize-controller`. */
  reportingController: string;
  reportingInstance?: string;
}

/**
 * One event, as one Alert sends it.
 *
 * @public
 */
export interface Notification {
  /** Its metadata is merged with that of the Alert. */
  event: NotificationEvent;
  alert: { namespace: string; name: string; uid: string };
  /** Name of the home that the object lives in. */
  home: string;
}

/**
 * Where a notification goes: a Provider with its Secrets read.
 *
 * @public
 */
export interface NotificationTarget {
  readonly provider: Provider;
  /** Of `spec`, or of the Secret where it has one; often a secret in itself. */
  readonly address: string;
  readonly channel: string;
  readonly username: string;
  readonly password: string;
  readonly token: string;
  /** Of the key `headers` of the Secret. */
  readonly headers: Readonly<Record<string, string>>;
  /** A value of the Secret; undefined where it has no such key. */
  secret(key: string): string | undefined;
  /** Connects as the Provider says: certificates, proxy, network guard. */
  readonly client: HttpClient;
  /** The same, for what is no HTTP. */
  readonly connection: ConnectionSettings;
  readonly guard: ConnectionGuard;
  /** Name of the status of a commit; empty for types that set none. */
  readonly commitStatus: string;
  /**
   * A token of a cloud for a scope: of the identity in `credentials`, the content of
   * a key file, else of the ServiceAccount of `spec.serviceAccountName`, else of the
   * portal where that is allowed.
   *
   * @throws {@link NotificationError} where no module logs in to that cloud
   */
  cloudToken(
    cloud: NotificationIdentity['cloud'],
    scope: string,
    credentials?: string,
  ): Promise<string>;
  /** Fires after `spec.timeout` and when the plugin ends. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  now(): number;
}

/**
 * A kind of service that notifications are sent to.
 *
 * @public
 */
export interface NotificationType {
  /** As in `spec.type`, or in the annotation `backstage-gitops.io/provider`. */
  readonly type: string;
  /**
   * Which notifications it is meant for; without it, all but those that only bring
   * the status of a commit up to date.
   */
  accepts?(event: NotificationEvent): boolean;
  /**
   * Sends one. It may be called again for the same one: after a failure, and
   * after a process ended while it was under way.
   *
   * @throws {@link NotificationError}, or whatever else is tried again
   */
  send(notification: Notification, target: NotificationTarget): Promise<void>;
}

/**
 * Logs in to a cloud whose services take notifications.
 *
 * @public
 */
export interface NotificationIdentity {
  readonly cloud: 'azure' | 'gcp';
  /**
   * A token, and when it ends, in milliseconds since the epoch. It is kept until then.
   *
   * @throws what went wrong, in words that may be shown
   */
  token(request: {
    scope: string;
    /** Of `spec.serviceAccountName`; without, the portal's own identity counts. */
    serviceAccount?: CloudServiceAccount;
    /** Content of a key file of the cloud; it goes before a ServiceAccount. */
    credentials?: string;
    /** Connects as the Provider says; not to be released. */
    http: HttpClient;
    /** Fires when the notification must be sent. */
    signal: AbortSignal;
    /** Milliseconds since the epoch. */
    now(): number;
  }): Promise<{ value: string; expiresAt: number }>;
}

/** @public */
export type NotificationErrorCode =
  /** The Provider cannot be meant so. */
  | 'NOTIFICATION_MISCONFIGURED'
  /** The service refuses it, and would again. */
  | 'NOTIFICATION_REFUSED'
  /** The service does not answer, or not now. */
  | 'NOTIFICATION_UNDELIVERED';

/**
 * A notification was not sent. What is not `NOTIFICATION_UNDELIVERED` is not tried
 * again by itself.
 *
 * @public
 */
export class NotificationError extends CustomErrorBase {
  readonly name = 'NotificationError';
  /** Milliseconds; the service asked not to come earlier. */
  readonly retryAfterMs?: number;

  constructor(
    readonly code: NotificationErrorCode,
    message: string,
    options: { retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause);
    this.retryAfterMs = options.retryAfterMs;
  }
}
