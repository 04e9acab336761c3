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

/** @public */
export interface PruneOptions {
  client: ClusterClient;
  /** What is no longer wanted, such as the `difference` of two inventories. */
  entries: readonly InventoryEntry[];
  /** Only objects that carry all of these are deleted; never empty. */
  ownerLabels: Readonly<Record<string, string>>;
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

/** The caller ended the prune, as opposed to one object having failed. */
class Ended extends Error {
  constructor(override readonly cause: unknown) {
    super('ended');
  }
}

/**
 * Deletes what is no longer wanted, last applied first, in the background.
 * Each object is read right before, and deleted in that very version only
 * (UID and resourceVersion preconditions). Only the API server's own "not
 * found", or discovery that confirms that the kind is not served in any
 * version, counts as gone. (Flux 2.9; the preconditions are stricter.)
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
  for (const { entry, ref } of readEntries(options.entries, result)) {
    options.signal?.throwIfAborted();
    let outcome: PruneOutcome;
    try {
      outcome = { entry, ref, ...(await pruneOne(ref, options)) };
    } catch (error) {
      if (error instanceof Ended) throw error.cause;
      if (options.signal?.aborted) throw error;
      outcome = { entry, ref, outcome: 'failed', error };
    }
    result[outcome.outcome].push(outcome);
    options.onProgress?.(outcome);
  }
  return result;
}

/** The objects in the order of deletion; unreadable entries have failed. */
function readEntries(entries: readonly InventoryEntry[], result: PruneResult) {
  const items: { entry: InventoryEntry; ref: ObjectRef }[] = [];
  for (const entry of entries) {
    try {
      items.push({ entry, ref: refOfEntry(entry) });
    } catch (error) {
      const ref = { apiVersion: entry.v, kind: '', name: entry.id };
      result.failed.push({ entry, ref, outcome: 'failed', error });
    }
  }
  return items.sort((a, b) => compareApplyOrder(b.ref, a.ref));
}

async function pruneOne(
  ref: ObjectRef,
  options: PruneOptions,
): Promise<Pick<PruneOutcome, 'outcome' | 'reason'>> {
  const { client, signal } = options;
  for (let conflicts = 0; ; conflicts++) {
    const live = await find(ref, options);
    if (!live) return { outcome: 'missing' };
    const reason = reasonToKeep(live, options.ownerLabels);
    if (reason) return { outcome: 'skipped', reason };
    // Being deleted already: asking again would change nothing.
    if (live.metadata.deletionTimestamp) return { outcome: 'deleted' };
    await permit(options);
    try {
      const there = await client.delete(
        { ...ref, apiVersion: live.apiVersion },
        {
          uid: live.metadata.uid,
          resourceVersion: live.metadata.resourceVersion,
          propagationPolicy: 'Background',
          signal,
        },
      );
      return { outcome: there ? 'deleted' : 'missing' };
    } catch (error) {
      if (!(error instanceof ConflictError) || conflicts >= MAX_CONFLICTS) {
        throw error;
      }
    }
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
