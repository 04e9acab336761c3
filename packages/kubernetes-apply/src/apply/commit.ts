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
  onPhase(phase: ApplyPhase): void;
}

/** Does what an inspection found; gives what was done in the end. */
export async function commit(
  inspection: Inspection,
  options: CommitOptions,
): Promise<Inspection['action']> {
  let current = inspection;
  for (let conflicts = 0; ; conflicts++) {
    if (current.action === 'skipped' || current.action === 'unchanged') {
      return current.action;
    }
    try {
      await write(current, options);
      return current.action;
    } catch (error) {
      const raced =
        error instanceof ConflictError && error.conflicts.length === 0;
      if (!raced || conflicts >= MAX_CONFLICTS) throw error;
      current = await options.inspectAgain();
    }
  }
}

async function write(
  inspection: Inspection,
  options: CommitOptions,
): Promise<void> {
  const { client, fieldManager, signal } = options;
  const { desired, takeOver } = inspection;
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
  await client.apply(desired, { fieldManager, force: true, signal });
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
