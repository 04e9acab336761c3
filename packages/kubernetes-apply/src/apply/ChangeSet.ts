import type { ObjectRef } from '../client/ClusterClient';
import { inventoryEntryOf, type InventoryEntry } from '../inventory/inventory';
import { subjectOf } from '../object/subject';

/**
 * What happened to an object; Flux's words.
 *
 * @public
 */
export type ChangeAction =
  'created' | 'configured' | 'unchanged' | 'skipped' | 'deleted';

/**
 * One object of a change set.
 *
 * @public
 */
export interface Change {
  ref: ObjectRef;
  /** Inventory id. */
  id: string;
  /** API version without the group. */
  version: string;
  action: ChangeAction;
}

/**
 * What an apply or a prune did, in the order it was done.
 *
 * @public
 */
export interface ChangeSet {
  entries: Change[];
}

export function changeOf(ref: ObjectRef, action: ChangeAction): Change {
  const { id, v } = inventoryEntryOf(ref);
  return { ref, id, version: v, action };
}

/**
 * One line per object, as in Flux's events: `Deployment/apps/web configured`.
 *
 * @param actions - which to tell; default: what changed something
 * @public
 */
export function formatChangeSet(
  changes: ChangeSet,
  actions: readonly ChangeAction[] = ['created', 'configured', 'deleted'],
): string {
  return changes.entries
    .filter(change => actions.includes(change.action))
    .map(change => `${subjectOf(change.ref)} ${change.action}`)
    .join('\n');
}

/**
 * The inventory of a change set: all but what was deleted. Skipped objects
 * belong to it (Flux 2.9).
 *
 * @public
 */
export function inventoryOf(changes: ChangeSet): InventoryEntry[] {
  return changes.entries
    .filter(change => change.action !== 'deleted')
    .map(({ id, version }) => ({ id, v: version }));
}
