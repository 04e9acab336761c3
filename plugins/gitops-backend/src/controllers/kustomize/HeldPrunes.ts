import { Knex } from 'knex';
import {
  GitopsObject,
  heldPruneConditionOf,
  HeldPruneReason,
  ResourceRef,
} from '@backstage-gitops/plugin-gitops-common';
import { fenced } from '../../database/fenced';
import { Row, toNumber } from '../../database/rows';
import { Claim } from '../../engine/queue/WorkQueue';

const TABLE = 'gitops_held_prunes';

/** A prune that waits for an approval, and what it would delete. */
export interface HeldPrune {
  /** Names the set `entries`; an approval names it too. */
  digest: string;
  reason: HeldPruneReason;
  /** How many objects the inventory has. */
  total: number;
  entries: ResourceRef[];
  /** Milliseconds since the epoch. */
  heldAt: number;
}

/**
 * What held prunes would delete, by object, so that it can be shown. That a prune
 * is held, and which, is said by the condition of the object alone: a row that
 * does not match it is of another time and is not given.
 */
export class HeldPrunes {
  private readonly database: Knex;

  constructor(options: { database: Knex }) {
    this.database = options.database;
  }

  /** Undefined also where a prune is held and its set is not known yet. */
  async get(
    objectId: string,
    object: GitopsObject,
  ): Promise<HeldPrune | undefined> {
    const hold = heldPruneConditionOf(object);
    if (!hold) {
      return undefined;
    }
    const row: Row | undefined = await this.database(TABLE)
      .where({ object_id: objectId, object_uid: object.metadata.uid ?? '' })
      .first();
    const digest = row && String(row.digest);
    if (!row || !digest || !hold.message.includes(digest)) {
      return undefined;
    }
    return {
      digest,
      reason: String(row.reason) as HeldPruneReason,
      total: toNumber(row.total),
      entries: JSON.parse(String(row.entries)),
      heldAt: toNumber(row.held_at),
    };
  }

  /** @throws LeaseLostError where the claim is not held any more */
  async put(
    claim: Claim,
    object: GitopsObject,
    held: HeldPrune,
  ): Promise<void> {
    await fenced(this.database, claim, transaction =>
      transaction(TABLE)
        .insert({
          object_id: claim.item.id,
          object_uid: object.metadata.uid ?? '',
          digest: held.digest,
          reason: held.reason,
          total: held.total,
          entries: JSON.stringify(held.entries),
          held_at: held.heldAt,
        })
        .onConflict('object_id')
        .merge(),
    );
  }

  /** @throws LeaseLostError where the claim is not held any more */
  async delete(claim: Claim): Promise<void> {
    await fenced(this.database, claim, transaction =>
      transaction(TABLE).where({ object_id: claim.item.id }).delete(),
    );
  }
}
