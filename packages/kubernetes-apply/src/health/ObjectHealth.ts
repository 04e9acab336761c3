import type { ClusterClient, ObjectRef } from '../client/ClusterClient';
import type { Clock } from '../client/Clock';
import type { Health, HealthRule } from './HealthStatus';

/**
 * How one object is doing.
 *
 * @public
 */
export interface ObjectHealth extends Health {
  ref: ObjectRef;
  /** False until something was heard of it. */
  observed: boolean;
  /**
   * A Job that is deleted some time after it has finished: being gone then
   * means that it was done.
   */
  expires?: boolean;
}

/** @public */
export interface WatchHealthOptions {
  client: ClusterClient;
  refs: readonly ObjectRef[];
  /** Ends the watch; nothing else does. */
  signal: AbortSignal;
  /** Called with each object whose health changed, and with all of them. */
  onChange(changed: ObjectHealth, all: readonly ObjectHealth[]): void;
  rules?: readonly HealthRule[];
  clock?: Clock;
  /** Between reads of one object where watching is forbidden. Default 5000. */
  pollMs?: number;
}
