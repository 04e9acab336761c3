/**
 * A dynamic Kubernetes client, and what GitOps does with it: server-side
 * apply as Flux does it, inventory, prune, health and diff.
 *
 * @packageDocumentation
 */
export type {
  ApplyOptions,
  ClusterClient,
  DeleteOptions,
  Impersonation,
  ListOptions,
  ListResult,
  ObjectRef,
  PatchOptions,
  RawOptions,
  RawResult,
  ResourceInfo,
  WatchEvent,
  WatchEventType,
  WatchOptions,
  WriteOptions,
} from './client/ClusterClient';
export { systemClock } from './client/Clock';
export type { Clock } from './client/Clock';
export { createClusterClient } from './client/createClusterClient';
export type { ClusterClientOptions } from './client/createClusterClient';
export type { ClusterAccess } from './client/HttpTransport';
export { ClusterError } from './errors/ClusterError';
export {
  ConnectionError,
  DiscoveryUnavailableError,
  ImpersonationError,
  InvalidReferenceError,
  KubeConfigError,
  RequestTimeoutError,
  ResponseTooLargeError,
  UnknownKindError,
} from './errors/errors';
export {
  ConflictError,
  isNotFound,
  KubernetesApiError,
} from './errors/KubernetesApiError';
export type {
  ApiErrorCode,
  FieldConflict,
  KubernetesApiErrorOptions,
  StatusCause,
  StatusDetails,
} from './errors/KubernetesApiError';
export { subjectOf } from './object/subject';
