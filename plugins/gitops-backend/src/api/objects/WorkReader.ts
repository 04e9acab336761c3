import { Knex } from 'knex';
import { forEachChunk, Row, toNumberOrNull } from '../../database/rows';
import { workItemFromRow } from '../../engine/queue/workItemFromRow';
import { workId, WorkItem, WorkKey } from '../../engine/queue/WorkQueue';

/** An item of the queue, and whether it runs just now. */
export interface WorkState extends WorkItem {
  running: boolean;
}

/** Reads many items of the work queue at once, for lists. */
export interface WorkReader {
  /** By {@link workId}; what is not in the queue is absent. */
  find(keys: readonly WorkKey[]): Promise<ReadonlyMap<string, WorkState>>;
}

/** {@link WorkReader} on the table of the queue: one query per 200 keys. */
export class DatabaseWorkReader implements WorkReader {
  private readonly database: Knex;
  private readonly now: () => number;

  constructor(options: { database: Knex; now?: () => number }) {
    this.database = options.database;
    this.now = options.now ?? Date.now;
  }

  async find(
    keys: readonly WorkKey[],
  ): Promise<ReadonlyMap<string, WorkState>> {
    const found = new Map<string, WorkState>();
    const now = this.now();
    await forEachChunk(keys, async chunk => {
      const rows: Row[] = await this.database('gitops_work').whereIn(
        'id',
        chunk.map(workId),
      );
      for (const row of rows) {
        const leaseUntil = toNumberOrNull(row.lease_until);
        const item = workItemFromRow(row);
        found.set(item.id, {
          ...item,
          running:
            row.claim_owner !== null && leaseUntil !== null && leaseUntil > now,
        });
      }
    });
    return found;
  }
}
