import type { ClusterClient, ObjectRef } from '../client/ClusterClient';
import { pause, systemClock, type Clock } from '../client/Clock';
import { ClusterError } from '../errors/ClusterError';
import { UnknownKindError } from '../errors/errors';
import { objectKey } from '../object/objectKey';
import { readLive } from '../object/readLive';
import { subjectOf } from '../object/subject';
import type { PruneOutcome } from './prune';

/** @public */
export interface WaitForDeletionOptions {
  client: ClusterClient;
  /** What was deleted: `deleted` of a `PruneResult`. */
  deleted: readonly PruneOutcome[];
  /** Those of the prune. */
  ownerLabels: Readonly<Record<string, string>>;
  timeoutMs: number;
  signal?: AbortSignal;
  clock?: Clock;
}

/**
 * An object that is deleted and still there.
 *
 * @public
 */
export interface TerminatingObject {
  ref: ObjectRef;
  /** What keeps it; empty for what is merely shutting down. */
  finalizers: readonly string[];
}

/**
 * Deleted objects that were not gone in time. Code `deletion-timeout`.
 *
 * @public
 */
export class DeletionTimeoutError extends ClusterError {
  readonly code = 'deletion-timeout';
  readonly objects: readonly TerminatingObject[];

  constructor(objects: readonly TerminatingObject[], timeoutMs: number) {
    const shown = objects.slice(0, 10).map(({ ref, finalizers }) => {
      const kept =
        finalizers.length > 0 ? ` (finalizers: ${finalizers.join(', ')})` : '';
      return `${subjectOf(ref)}${kept}`;
    });
    const more = objects.length - shown.length;
    super(
      `not gone after ${timeoutMs} ms: ${shown.join(', ')}${
        more > 0 ? ` and ${more} more` : ''
      }`,
      {
        hint: 'whoever set a finalizer has to do its work and remove it; look whether its controller runs',
      },
    );
    this.objects = objects;
  }
}

/** How often it is looked; Flux 2.9 has the same number. */
const POLL_MS = 2_000;

/**
 * Waits until deleted objects are gone. One of the same name that was made
 * since is another one.
 *
 * @throws DeletionTimeoutError that names what is left and its finalizers
 * @public
 */
export async function waitForDeletion(
  options: WaitForDeletionOptions,
): Promise<void> {
  const { timeoutMs, signal, clock = systemClock } = options;
  const deadline = clock.now() + timeoutMs;
  let left = options.deleted;
  for (;;) {
    const remaining = await stillThere(left, options);
    if (remaining.length === 0) return;
    if (clock.now() >= deadline) {
      throw new DeletionTimeoutError(
        remaining.map(({ outcome, finalizers }) => ({
          ref: outcome.ref,
          finalizers,
        })),
        timeoutMs,
      );
    }
    left = remaining.map(({ outcome }) => outcome);
    await pause(clock, Math.min(POLL_MS, timeoutMs), signal);
  }
}

async function stillThere(
  outcomes: readonly PruneOutcome[],
  { client, ownerLabels, signal }: WaitForDeletionOptions,
): Promise<{ outcome: PruneOutcome; finalizers: string[] }[]> {
  const known = await readLive(
    outcomes.map(({ ref }) => ref),
    { client, ownerLabels, metadataOnly: true, signal },
  );
  const there: { outcome: PruneOutcome; finalizers: string[] }[] = [];
  for (const outcome of outcomes) {
    let live = known.get(objectKey(outcome.ref));
    if (live === undefined) {
      live = await client
        .get(outcome.ref, { metadataOnly: true, signal })
        .catch(error => {
          // The definition went with its objects.
          if (error instanceof UnknownKindError) return undefined;
          throw error;
        });
    }
    if (!live || (outcome.uid && live.metadata.uid !== outcome.uid)) continue;
    const { finalizers = [] } = live.metadata;
    there.push({ outcome, finalizers: finalizers.map(String) });
  }
  return there;
}
