import { Knex } from 'knex';
import { ResourceRef } from '@backstage-gitops/plugin-gitops-common';
import { fenced } from '../../database/fenced';
import { forEachChunk, Row } from '../../database/rows';
import { Claim } from '../../engine/queue/WorkQueue';

const TABLE = 'gitops_pending_inventory';

/** Whose entries they are: a delivery made anew under its name is another one. */
export interface PendingOwner {
  id: string;
  uid: string;
}

/**
 * What a delivery was about to create when it last wrote here. The object's own
 * inventory is written after an apply; this is written before each stage of it,
 * so that a process killed in between leaves nothing behind that nobody knows.
 */
export class PendingInventory {
  private readonly database: Knex;
  private readonly now: () => number;

  constructor(options: { database: Knex; now?: () => number }) {
    this.database = options.database;
    this.now = options.now ?? Date.now;
  }

  /**
   * Adds entries; those that are there already stay.
   *
   * @throws LeaseLostError where the claim is not held any more
   */
  async add(
    owner: PendingOwner,
    entries: readonly ResourceRef[],
    claim: Claim,
  ): Promise<void> {
    const writtenAt = this.now();
    await fenced(this.database, claim, transaction =>
      forEachChunk(entries, async chunk => {
        await transaction(TABLE)
          .insert(
            chunk.map(entry => ({
              object_id: owner.id,
              object_uid: owner.uid,
              entry_id: entry.id,
              entry_version: entry.v,
              fence: claim.fence,
              written_at: writtenAt,
            })),
          )
          .onConflict(['object_id', 'entry_id'])
          .merge(['object_uid', 'entry_version', 'fence', 'written_at']);
      }),
    );
  }

  /**
   * What this very object was about to create after `since` (ms since the epoch).
   * Older rows can only come from a database that was restored.
   */
  async list(owner: PendingOwner, since: number = 0): Promise<ResourceRef[]> {
    const rows: Row[] = await this.database(TABLE)
      .where({ object_id: owner.id, object_uid: owner.uid })
      .where('written_at', '>=', since)
      .orderBy('entry_id')
      .select('entry_id', 'entry_version');
    return rows.map(row => ({
      id: String(row.entry_id),
      v: String(row.entry_version),
    }));
  }

  /** The object's inventory holds it all now, or all of it is gone. */
  async clear(claim: Claim): Promise<void> {
    await fenced(this.database, claim, transaction =>
      transaction(TABLE).where({ object_id: claim.item.id }).delete(),
    );
  }
}

/** The entries of both lists, those of the first where an id is in both. */
export function unionOf(
  first: readonly ResourceRef[],
  second: readonly ResourceRef[],
): ResourceRef[] {
  const ids = new Set(first.map(entry => entry.id));
  return [...first, ...second.filter(entry => !ids.has(entry.id))];
}
