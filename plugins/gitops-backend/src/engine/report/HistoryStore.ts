import { NotificationEvent } from '@backstage-gitops/plugin-gitops-node';
import { Knex } from 'knex';
import { fenced } from '../../database/fenced';
import { forEachChunk, Row, toNumber } from '../../database/rows';
import { Claim } from '../queue/WorkQueue';

/** One thing that happened to an object. */
export interface HistoryEntry {
  objectId: string;
  objectUid?: string;
  /** Milliseconds since the epoch. */
  at: number;
  type: 'Normal' | 'Warning' | 'Trace';
  reason: string;
  message: string;
  revision?: string;
}

/** An entry to be written, with what Alerts are told of it. */
export interface NewHistoryEntry extends Omit<HistoryEntry, 'objectId'> {
  told?: { event: NotificationEvent; labels: Readonly<Record<string, string>> };
}

/** Where events go that Alerts may be about. */
export interface HistoryOutbox {
  /** Whether anybody listens to what happens in a home. */
  wants(home: string, kind: string): boolean;
  add(
    events: readonly (NonNullable<NewHistoryEntry['told']> & {
      home: string;
    })[],
    options: { at: number; transaction: Knex.Transaction },
  ): Promise<void>;
  announce(): void;
}

/** An entry as it is read back; `seq` grows and serves as a cursor. */
export interface StoredHistoryEntry extends HistoryEntry {
  seq: number;
}

/**
 * What happened to each object, kept longer than Kubernetes keeps events. Only
 * history is lost with it.
 */
export class HistoryStore {
  private readonly database: Knex;
  private readonly outbox: HistoryOutbox | undefined;

  constructor(options: {
    database: Knex;
    /** Told of the same, in the same transaction. Default: nobody is. */
    outbox?: HistoryOutbox;
  }) {
    this.database = options.database;
    this.outbox = options.outbox;
  }

  /**
   * Adds entries about the object that the claim is on, in their order.
   *
   * @throws LeaseLostError where the claim is not held any more
   */
  async append(
    claim: Claim,
    entries: readonly NewHistoryEntry[],
  ): Promise<void> {
    if (entries.length === 0) {
      return;
    }
    const { outbox } = this;
    const { home, kind } = claim.item;
    const told = outbox?.wants(home, kind)
      ? entries.flatMap(entry => (entry.told ? { ...entry.told, home } : []))
      : [];
    await fenced(this.database, claim, async transaction => {
      await forEachChunk(entries, async chunk => {
        await transaction('gitops_history').insert(
          chunk.map(entry => ({
            object_id: claim.item.id,
            object_uid: entry.objectUid ?? null,
            at: entry.at,
            type: entry.type,
            reason: entry.reason,
            message: entry.message,
            revision: entry.revision ?? null,
          })),
        );
      });
      await outbox?.add(told, { at: entries[0].at, transaction });
    });
    if (told.length > 0) {
      outbox?.announce();
    }
  }

  /** Adds what somebody else says happened. */
  async note(entry: HistoryEntry): Promise<void> {
    await this.database('gitops_history').insert({
      object_id: entry.objectId,
      object_uid: entry.objectUid ?? null,
      at: entry.at,
      type: entry.type,
      reason: entry.reason,
      message: entry.message,
      revision: entry.revision ?? null,
    });
  }

  /** The newest entries first. */
  async list(options: {
    objectId: string;
    limit: number;
    before?: number;
  }): Promise<StoredHistoryEntry[]> {
    const query = this.database('gitops_history')
      .where('object_id', options.objectId)
      .orderBy('seq', 'desc')
      .limit(options.limit);
    if (options.before !== undefined) {
      query.andWhere('seq', '<', options.before);
    }
    return (await query.select('*')).map(entryFromRow);
  }

  /** What was said of objects at some revisions, the oldest first; no traces. */
  async atRevisions(
    objectIds: readonly string[],
    revisions: readonly string[],
  ): Promise<StoredHistoryEntry[]> {
    if (objectIds.length === 0 || revisions.length === 0) {
      return [];
    }
    const rows: Row[] = await this.database('gitops_history')
      .whereIn('object_id', objectIds)
      .whereIn('revision', revisions)
      .whereNot('type', 'Trace')
      .orderBy('seq')
      .select('*');
    return rows.map(entryFromRow);
  }

  /** Deletes what is older than `before` (ms since the epoch); gives the number. */
  async expire(before: number): Promise<number> {
    return this.database('gitops_history').where('at', '<', before).delete();
  }
}

function entryFromRow(row: Row): StoredHistoryEntry {
  return {
    seq: toNumber(row.seq),
    objectId: String(row.object_id),
    objectUid: row.object_uid ? String(row.object_uid) : undefined,
    at: toNumber(row.at),
    type: row.type as HistoryEntry['type'],
    reason: String(row.reason),
    message: String(row.message),
    revision: row.revision ? String(row.revision) : undefined,
  };
}
