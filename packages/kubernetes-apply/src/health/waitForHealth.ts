import type { ClusterClient, ObjectRef } from '../client/ClusterClient';
import { systemClock, type Clock } from '../client/Clock';
import { ClusterError } from '../errors/ClusterError';
import { subjectOf } from '../object/subject';
import { formatGoDuration } from './duration';
import type { HealthRule } from './HealthStatus';
import type { ObjectHealth } from './ObjectHealth';
import { watchHealth } from './watchHealth';

/** @public */
export interface WaitForHealthOptions {
  client: ClusterClient;
  refs: readonly ObjectRef[];
  timeoutMs: number;
  /** End as soon as one object has failed (default), or wait for the others. */
  failFast?: boolean;
  rules?: readonly HealthRule[];
  /** Ends the wait; its reason is thrown. */
  signal?: AbortSignal;
  clock?: Clock;
  pollMs?: number;
  onChange?(changed: ObjectHealth, all: readonly ObjectHealth[]): void;
}

/** @public */
export interface HealthResult {
  elapsedMs: number;
  objects: readonly ObjectHealth[];
}

/**
 * Objects did not become healthy. The message is Flux 2.9's: "health check
 * failed after <duration>: …". Code `health-check-failed`.
 *
 * @public
 */
export class HealthCheckError extends ClusterError {
  readonly code = 'health-check-failed';
  readonly timedOut: boolean;
  readonly elapsedMs: number;
  readonly objects: readonly ObjectHealth[];

  constructor(options: HealthResult & { timedOut: boolean }) {
    const elapsed = formatGoDuration(options.elapsedMs);
    super(
      `health check failed after ${elapsed}: ${describeUnhealthy(
        options.objects,
        options.timedOut,
      )}`,
      { hint: 'look at the events and logs of the objects that are named' },
    );
    this.timedOut = options.timedOut;
    this.elapsedMs = options.elapsedMs;
    this.objects = options.objects;
  }
}

/**
 * Waits by watch until all objects are `Current`.
 *
 * @throws HealthCheckError as soon as an object has failed (`failFast`), when
 * only healthy and failed ones are left, or after `timeoutMs`
 * @public
 */
export async function waitForHealth(
  options: WaitForHealthOptions,
): Promise<HealthResult> {
  const { clock = systemClock, failFast = true } = options;
  const start = clock.now();
  options.signal?.throwIfAborted();
  if (options.refs.length === 0) return { elapsedMs: 0, objects: [] };
  const stop = new AbortController();
  const onAbort = () => stop.abort();
  options.signal?.addEventListener('abort', onAbort, { once: true });
  let timedOut = false;
  const cancelTimer = clock.setTimer(options.timeoutMs, () => {
    timedOut = true;
    stop.abort();
  });
  let objects: readonly ObjectHealth[] = options.refs.map(ref => ({
    ref,
    status: 'Unknown',
    message: 'not observed yet',
    observed: false,
  }));
  try {
    await watchHealth({
      ...options,
      signal: stop.signal,
      onChange: (changed, all) => {
        if (stop.signal.aborted) return;
        objects = all;
        options.onChange?.(changed, all);
        if (isDecided(all, failFast)) stop.abort();
      },
    });
  } finally {
    cancelTimer();
    options.signal?.removeEventListener('abort', onAbort);
  }
  options.signal?.throwIfAborted();
  const elapsedMs = clock.now() - start;
  const healthy = objects.every(({ status }) => status === 'Current');
  if (!healthy) throw new HealthCheckError({ elapsedMs, objects, timedOut });
  return { elapsedMs, objects };
}

function isDecided(all: readonly ObjectHealth[], failFast: boolean): boolean {
  if (failFast && all.some(({ status }) => status === 'Failed')) return true;
  return all.every(({ status }) => status === 'Current' || status === 'Failed');
}

/**
 * What Flux says of objects that are not healthy: all of them after a
 * timeout, else those that failed.
 *
 * @public
 */
export function describeUnhealthy(
  objects: readonly ObjectHealth[],
  timedOut: boolean,
): string {
  const listed = objects.filter(({ status }) =>
    timedOut ? status !== 'Current' : status === 'Failed',
  );
  const texts = listed.map(({ ref, status, message, observed }) => {
    const subject = subjectOf(ref);
    if (!observed) return `can't determine status for ${subject}`;
    // An object is unknown because of an error, which is the message.
    const isTold = status === 'Failed' || status === 'Unknown';
    const detail = isTold && message ? `: ${message}` : '';
    return `${subject} status: '${status}'${detail}`;
  });
  const start = timedOut
    ? 'timeout waiting for'
    : 'failed early due to stalled resources';
  return `${start}: [${texts.join(', ')}]`;
}
