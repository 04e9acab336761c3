import { createHash } from 'node:crypto';
import { difference, type InventoryEntry } from '../inventory/inventory';

/**
 * From when on a prune is a mass prune.
 *
 * @public
 */
export interface PruneBounds {
  /** More objects than this, and … Default 20. */
  maxObjects: number;
  /** … more than this part of the inventory. Between 0 and 1; default 0.5. */
  maxShare: number;
}

/** @public */
export interface JudgePruneOptions {
  /** All that is known to have been applied, what was written ahead included. */
  old: readonly InventoryEntry[];
  /** What is wanted now. */
  current: readonly InventoryEntry[];
  bounds?: Partial<PruneBounds>;
  /** Id of the object whose inventory it is; that it goes is nobody's wish. */
  owner?: string;
  /** Digests of sets that somebody agreed to delete. */
  approved?: readonly string[];
}

/**
 * Why a prune waits for an approval: it deletes more than the bounds allow, or
 * all there is because nothing is wanted any more, or the object itself whose
 * inventory it is, and with it all that it applied.
 *
 * @public
 */
export type PruneHoldReason = 'mass-prune' | 'emptied' | 'deletes-owner';

/**
 * Whether a prune may begin. A held one says what an approval has to be shown
 * and to name.
 *
 * @public
 */
export interface PruneVerdict {
  verdict: 'go' | 'held';
  /** What is held or may be deleted; each object once. */
  stale: InventoryEntry[];
  /** How many objects the old inventory has. */
  total: number;
  /**
   * Names the set `stale` and no other: `sha256:` and the hash of its ids,
   * whatever their order and versions.
   */
  digest: string;
  /** Set where it is held. */
  reason?: PruneHoldReason;
  /** The same as a sentence; set where it is held. */
  message?: string;
}

const DEFAULTS: PruneBounds = { maxObjects: 20, maxShare: 0.5 };

/**
 * Decides whether what left an inventory may be deleted without anybody having
 * agreed: not where that is more than 20 objects and more than half of the
 * inventory, not where the new inventory is empty, and not where the owner of
 * the inventory was in it and would go. An approval names the
 * digest of the set and so covers exactly what was shown: one more object, or
 * one fewer, is another set.
 *
 * Pure. Deleting on request (a finalizer, a deletion by a user) is not judged.
 * Flux 2.9 has no such bounds.
 *
 * @throws RangeError where a bound is not a number that makes sense
 * @public
 */
export function judgePrune(options: JudgePruneOptions): PruneVerdict {
  const { maxObjects, maxShare } = checked({ ...DEFAULTS, ...options.bounds });
  const stale = difference(options.old, options.current);
  const total = new Set(options.old.map(({ id }) => id)).size;
  const digest = digestOf(stale);
  const reason = reasonToHold({
    count: stale.length,
    total,
    isEmptied: options.current.length === 0,
    deletesOwner: stale.some(({ id }) => id === options.owner),
    maxObjects,
    maxShare,
  });
  if (!reason || options.approved?.includes(digest)) {
    return { verdict: 'go', stale, total, digest };
  }
  return {
    verdict: 'held',
    stale,
    total,
    digest,
    reason,
    message: messageOf(reason, stale.length, total),
  };
}

function reasonToHold(options: {
  count: number;
  total: number;
  isEmptied: boolean;
  deletesOwner: boolean;
  maxObjects: number;
  maxShare: number;
}): PruneHoldReason | undefined {
  const { count, total, isEmptied, deletesOwner } = options;
  const { maxObjects, maxShare } = options;
  if (count === 0) return undefined;
  if (isEmptied) return 'emptied';
  if (deletesOwner) return 'deletes-owner';
  return count > maxObjects && count > total * maxShare
    ? 'mass-prune'
    : undefined;
}

function messageOf(
  reason: PruneHoldReason,
  count: number,
  total: number,
): string {
  const objects = count === 1 ? '1 object' : `${count} objects`;
  switch (reason) {
    case 'emptied':
      return `nothing is wanted any more: ${objects}, all there is, would be deleted`;
    case 'deletes-owner':
      return `${objects} of ${total} would be deleted, among them the object that applied them, and then all that it applied`;
    default:
      return `${objects} of ${total} would be deleted`;
  }
}

function digestOf(entries: readonly InventoryEntry[]): string {
  // Ids hold no line breaks: names of objects cannot.
  const ids = [...new Set(entries.map(({ id }) => id))].sort();
  const hash = createHash('sha256').update(ids.join('\n')).digest('hex');
  return `sha256:${hash}`;
}

function checked(bounds: PruneBounds): PruneBounds {
  const { maxObjects, maxShare } = bounds;
  if (!(maxObjects >= 0) || !(maxShare >= 0 && maxShare <= 1)) {
    throw new RangeError(
      `bounds of a prune: maxObjects ${maxObjects} must not be below 0, maxShare ${maxShare} must be between 0 and 1`,
    );
  }
  return bounds;
}
