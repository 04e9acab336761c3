import {
  isJsonObject,
  type KubernetesObject,
} from '@backstage-gitops/kubernetes-yaml';
import type { ClusterClient } from '../client/ClusterClient';
import { pause, type Clock } from '../client/Clock';
import { RequestTimeoutError } from '../errors/errors';
import { ConflictError } from '../errors/KubernetesApiError';
import { refOf } from '../object/metadata';
import { subjectOf } from '../object/subject';
import type { ApplyPhase } from './ApplyError';
import type { Inspection } from './inspect';

/** How often an object is looked at again after somebody wrote in between. */
const MAX_CONFLICTS = 3;

interface CommitOptions {
  client: ClusterClient;
  fieldManager: string;
  clock: Clock;
  timeoutMs: number;
  signal?: AbortSignal;
  beforeWrite?(): void | Promise<void>;
  inspectAgain(): Promise<Inspection>;
  /** What the server has now, where it was written. */
  onStored?(object: KubernetesObject): void;
  onPhase(phase: ApplyPhase): void;
}

/**
 * Does what an inspection found; gives what was done in the end. What was
 * presumed to be new and was there after all is looked at again.
 */
export async function commit(
  inspection: Inspection,
  options: CommitOptions,
): Promise<Inspection['action']> {
  let current = inspection;
  let written = false;
  for (let races = 0; ; races++) {
    if (current.action === 'skipped') return current.action;
    if (current.action === 'unchanged') {
      return written ? 'configured' : 'unchanged';
    }
    try {
      const { stored, isNew } = await write(current, options);
      if (isNew !== false && !isSomebodysToo(current, stored, options)) {
        options.onStored?.(stored);
        return written ? 'configured' : current.action;
      }
      written = true;
    } catch (error) {
      if (!isRace(current, error) || races >= MAX_CONFLICTS) throw error;
    }
    if (races >= MAX_CONFLICTS) return 'configured';
    current = await options.inspectAgain();
  }
}

/** Somebody wrote, or made the object, after it was looked at. */
function isRace({ presumedNew }: Inspection, error: unknown): boolean {
  return (
    error instanceof ConflictError &&
    (presumedNew === true || error.conflicts.length === 0)
  );
}

/**
 * True where an object that was not there has fields of others in the answer
 * to its first apply: it was made in between, without a conflict. What else is
 * to be done about it, a look at it tells.
 */
function isSomebodysToo(
  { presumedNew }: Inspection,
  stored: KubernetesObject,
  { fieldManager }: CommitOptions,
): boolean {
  return (
    presumedNew === true &&
    (stored.metadata.managedFields ?? []).some(
      entry => isJsonObject(entry) && entry.manager !== fieldManager,
    )
  );
}

async function write(
  inspection: Inspection,
  options: CommitOptions,
): Promise<{ stored: KubernetesObject; isNew?: boolean }> {
  const { client, fieldManager, signal } = options;
  const { desired, takeOver, presumedNew } = inspection;
  if (inspection.recreate) {
    options.onPhase('recreate');
    await remove(inspection, options);
  }
  options.onPhase('apply');
  if (takeOver.length > 0) {
    await options.beforeWrite?.();
    await client.patch(refOf(desired), {
      type: 'json',
      body: takeOver,
      fieldManager,
      signal,
    });
  }
  await options.beforeWrite?.();
  let isNew: boolean | undefined;
  const stored = await client.apply<KubernetesObject>(desired, {
    fieldManager,
    // Without force, an object that is there after all is a conflict.
    force: !presumedNew,
    signal,
    ...(presumedNew && {
      onApplied: created => {
        isNew = created;
      },
    }),
  });
  return { stored, isNew };
}

/** Deletes the live object and waits until it, and none other, is gone. */
async function remove(
  { desired, live }: Inspection,
  options: CommitOptions,
): Promise<void> {
  const { client, clock, signal } = options;
  const uid = live?.metadata.uid;
  const ref = refOf(desired);
  await options.beforeWrite?.();
  await client.delete(ref, { uid, propagationPolicy: 'Background', signal });
  const deadline = clock.now() + options.timeoutMs;
  for (;;) {
    const found = await client.get(ref, { signal, metadataOnly: true });
    if (!found || found.metadata.uid !== uid) return;
    if (clock.now() >= deadline) {
      throw new RequestTimeoutError({
        where: `delete ${subjectOf(ref)} to recreate it (finalizers: ${
          found.metadata.finalizers?.join(', ') || 'none'
        })`,
        server: client.server,
        timeoutMs: options.timeoutMs,
      });
    }
    await pause(clock, 1_000, signal);
  }
}
