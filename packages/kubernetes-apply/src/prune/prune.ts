import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import type { ClusterClient, ObjectRef } from '../client/ClusterClient';
import { compareApplyOrder } from '../apply/order';
import { UnknownKindError } from '../errors/errors';
import {
  ConflictError,
  KubernetesApiError,
} from '../errors/KubernetesApiError';
import { refOfEntry, type InventoryEntry } from '../inventory/inventory';
import { groupOf, hasLabels, hasSetting } from '../object/metadata';
import { kindKey, objectKey } from '../object/objectKey';
import { mapConcurrent } from '../object/mapConcurrent';
import { readLive, type LiveObjects } from '../object/readLive';
import { runsOf } from '../object/runsOf';

/** @public */
export interface PruneOptions {
  client: ClusterClient;
  /** What is no longer wanted, such as the `difference` of two inventories. */
  entries: readonly InventoryEntry[];
  /** Only objects that carry all of these are deleted; never empty. */
  ownerLabels: Readonly<Record<string, string>>;
  /** What becomes of what the objects own. Default `Background`, as Flux. */
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  signal?: AbortSignal;
  /** Called before each deletion; a rejection ends the prune (lost claims). */
  beforeWrite?(): void | Promise<void>;
  onProgress?(outcome: PruneOutcome): void;
}

/**
 * Why an object was left alone: it belongs to somebody else now, or its
 * annotations say so.
 *
 * @public
 */
export type PruneSkipReason =
  'not-owned' | 'prune-disabled' | 'reconcile-disabled' | 'ssa-ignore';

/** @public */
export interface PruneOutcome {
  entry: InventoryEntry;
  ref: ObjectRef;
  /** UID of the object that was deleted. */
  uid?: string;
  /** `missing`: the server said that it was gone already. */
  outcome: 'deleted' | 'missing' | 'skipped' | 'failed';
  reason?: PruneSkipReason;
  error?: unknown;
}

/**
 * What a prune did. `failed` entries stay in the inventory, so that the next
 * run tries them again; all others leave it.
 *
 * @public
 */
export interface PruneResult {
  deleted: PruneOutcome[];
  missing: PruneOutcome[];
  skipped: PruneOutcome[];
  failed: PruneOutcome[];
}

/** How often an object is looked at again after somebody wrote in between. */
const MAX_CONFLICTS = 5;

/** Deletions at once, of objects of one kind; kinds follow one another. */
const CONCURRENT_DELETIONS = 8;

/** The caller ended the prune, as opposed to one object having failed. */
class Ended extends Error {
  constructor(override readonly cause: unknown) {
    super('ended');
  }
}

interface Item {
  entry: InventoryEntry;
  ref: ObjectRef;
}

/**
 * Deletes what is no longer wanted, kind after kind, last applied first. All
 * are read before, and each is deleted in the very version that was read only
 * (UID and resourceVersion preconditions); where it is another by then, it is
 * looked at again. Only the API server's own "not found", or discovery that
 * confirms that the kind is not served in any version, counts as gone.
 * (Flux 2.9; the preconditions are stricter.)
 *
 * @throws where `beforeWrite` or the signal ends it; all other failures are
 * in the result
 * @public
 */
export async function prune(options: PruneOptions): Promise<PruneResult> {
  if (Object.keys(options.ownerLabels).length === 0) {
    throw new RangeError('prune needs owner labels: without, it would own all');
  }
  const result: PruneResult = {
    deleted: [],
    missing: [],
    skipped: [],
    failed: [],
  };
  const tell = (outcome: PruneOutcome) => {
    result[outcome.outcome].push(outcome);
    options.onProgress?.(outcome);
  };
  const items = readEntries(options.entries, tell);
  let known: LiveObjects;
  try {
    known = await readLive(
      items.map(({ ref }) => ref),
      { ...options, metadataOnly: true },
    );
  } catch (error) {
    if (options.signal?.aborted) throw error;
    for (const item of items) tell({ ...item, outcome: 'failed', error });
    return result;
  }
  for (const sameKind of runsOf(items, ({ ref }) => kindKey(ref))) {
    const outcomes = await pruneAll(sameKind, known, options);
    outcomes.forEach(tell);
  }
  return result;
}

async function pruneAll(
  items: readonly Item[],
  known: LiveObjects,
  options: PruneOptions,
): Promise<PruneOutcome[]> {
  try {
    return await mapConcurrent(items, CONCURRENT_DELETIONS, async item => {
      options.signal?.throwIfAborted();
      try {
        const live = known.get(objectKey(item.ref));
        return { ...item, ...(await pruneOne(item.ref, live, options)) };
      } catch (error) {
        if (error instanceof Ended || options.signal?.aborted) throw error;
        return { ...item, outcome: 'failed', error };
      }
    });
  } catch (error) {
    throw error instanceof Ended ? error.cause : error;
  }
}

/** The objects in the order of deletion; unreadable entries have failed. */
function readEntries(
  entries: readonly InventoryEntry[],
  tell: (outcome: PruneOutcome) => void,
): Item[] {
  const items: Item[] = [];
  for (const entry of entries) {
    try {
      items.push({ entry, ref: refOfEntry(entry) });
    } catch (error) {
      const ref = { apiVersion: entry.v, kind: '', name: entry.id };
      tell({ entry, ref, outcome: 'failed', error });
    }
  }
  return items.sort((a, b) => compareApplyOrder(b.ref, a.ref));
}

async function pruneOne(
  ref: ObjectRef,
  known: KubernetesObject | null | undefined,
  options: PruneOptions,
): Promise<Pick<PruneOutcome, 'outcome' | 'reason' | 'uid'>> {
  const { client, signal } = options;
  let live = known === undefined ? await find(ref, options) : known;
  for (let conflicts = 0; ; conflicts++) {
    if (!live) return { outcome: 'missing' };
    const reason = reasonToKeep(live, options.ownerLabels);
    if (reason) return { outcome: 'skipped', reason };
    const { uid, resourceVersion, deletionTimestamp } = live.metadata;
    // Being deleted already: asking again would change nothing.
    if (deletionTimestamp) return { outcome: 'deleted', uid };
    await permit(options);
    try {
      const there = await client.delete(
        { ...ref, apiVersion: live.apiVersion },
        {
          uid,
          resourceVersion,
          propagationPolicy: options.propagationPolicy ?? 'Background',
          signal,
        },
      );
      return there ? { outcome: 'deleted', uid } : { outcome: 'missing' };
    } catch (error) {
      if (!(error instanceof ConflictError) || conflicts >= MAX_CONFLICTS) {
        throw error;
      }
    }
    live = await find(ref, options);
  }
}

async function permit(options: PruneOptions): Promise<void> {
  try {
    await options.beforeWrite?.();
  } catch (error) {
    throw new Ended(error);
  }
}

/** The live object, in whatever version the cluster serves its kind now. */
async function find(
  ref: ObjectRef,
  { client, signal }: PruneOptions,
): Promise<KubernetesObject | undefined> {
  const get = () => client.get(ref, { signal, metadataOnly: true });
  try {
    // A path that is gone makes the client read discovery anew.
    return await get().catch(error => {
      const pathGone =
        error instanceof KubernetesApiError && error.status === 404;
      if (!pathGone) throw error;
      return get();
    });
  } catch (error) {
    if (!(error instanceof UnknownKindError)) throw error;
    const [served] = await client.versionsOf(groupOf(ref.apiVersion), ref.kind);
    if (!served) return undefined;
    const { apiVersion } = served;
    return client.get({ ...ref, apiVersion }, { signal, metadataOnly: true });
  }
}

function reasonToKeep(
  live: KubernetesObject,
  ownerLabels: Readonly<Record<string, string>>,
): PruneSkipReason | undefined {
  if (!hasLabels(live, ownerLabels)) return 'not-owned';
  if (hasSetting(live, 'prune', 'disabled')) return 'prune-disabled';
  if (hasSetting(live, 'reconcile', 'disabled')) return 'reconcile-disabled';
  if (hasSetting(live, 'ssa', 'Ignore')) return 'ssa-ignore';
  return undefined;
}

/**
 * What stays in the inventory after a prune: the entries that failed.
 *
 * @public
 */
export function survivorsOf(result: PruneResult): InventoryEntry[] {
  return result.failed.map(({ entry }) => entry);
}
