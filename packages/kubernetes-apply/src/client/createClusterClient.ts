import type { ClusterClient } from './ClusterClient';
import { systemClock, type Clock } from './Clock';
import { ApiConnection } from './ApiConnection';
import { DefaultClusterClient } from './DefaultClusterClient';
import type { ClusterAccess } from './HttpTransport';
import type { AddressGuard } from './openDispatcher';

/**
 * Options of {@link createClusterClient}.
 *
 * @public
 */
export interface ClusterClientOptions {
  /** A `KubeConfig` of `@kubernetes/client-node`; its current context is used. */
  kubeConfig: ClusterAccess;
  /** Where the address is not the operator's own: what may be connected to. */
  guard?: AddressGuard;
  userAgent?: string;
  /** Requests at once, all users together; watches are not counted. Default 16. */
  maxConcurrent?: number;
  /** For one request and its answer, in milliseconds. Default 60 000. */
  requestTimeoutMs?: number;
  /** Default 256 MiB. */
  maxResponseBytes?: number;
  /** How often a read or an apply is tried in all. Default 5. */
  maxAttempts?: number;
  /** A watch that is silent for longer is opened anew. Default 150 000. */
  watchIdleTimeoutMs?: number;
  /** How long discovery is believed. Default 600 000. */
  discoveryTtlMs?: number;
  clock?: Clock;
  /** In [0, 1); for jitter. */
  random?: () => number;
}

/**
 * A client for one cluster. Connections are kept open and shared by all
 * clients derived with `as`.
 *
 * @throws KubeConfigError where the configuration names no usable cluster
 * @throws ImpersonationError where it impersonates an empty user
 * @public
 */
export function createClusterClient(
  options: ClusterClientOptions,
): ClusterClient {
  const connection = new ApiConnection({
    access: options.kubeConfig,
    guard: options.guard,
    userAgent: options.userAgent ?? 'backstage-gitops',
    maxConcurrent: options.maxConcurrent ?? 16,
    requestTimeoutMs: options.requestTimeoutMs ?? 60_000,
    maxResponseBytes: options.maxResponseBytes ?? 256 * 1024 * 1024,
    maxAttempts: options.maxAttempts ?? 5,
    watchIdleTimeoutMs: options.watchIdleTimeoutMs ?? 150_000,
    discoveryTtlMs: options.discoveryTtlMs ?? 600_000,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  });
  const user = options.kubeConfig.getCurrentUser()?.impersonateUser;
  return new DefaultClusterClient({
    connection,
    ...(user === undefined ? {} : { impersonation: { user } }),
  });
}
