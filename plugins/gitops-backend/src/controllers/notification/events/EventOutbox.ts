import { NotificationEvent } from '@backstage-gitops/plugin-gitops-node';
import { Knex } from 'knex';
import { HistoryOutbox } from '../../../engine/report/HistoryStore';
import { forEachChunk, locksRows, Row, toNumber } from '../../../database/rows';

const TABLE = 'gitops_events';
/** Flux's bound (fluxcd/pkg apis/event 0.22). */
const LONGEST_MESSAGE = 39_000;

/** An event that happened in a home, with the labels that its object had. */
export interface HomeEvent {
  home: string;
  event: NotificationEvent;
  labels: Readonly<Record<string, string>>;
}

/** As it is read back; `seq` grows. */
export interface OutgoingEvent extends HomeEvent {
  seq: number;
  /** Milliseconds since the epoch. */
  at: number;
}

/**
 * Events between the moment in which they happen and that in which the Alerts are
 * asked about them. They are written with the history of their object, in one
 * transaction, so what the portal remembers it also tells.
 */
export class EventOutbox implements HistoryOutbox {
  private readonly database: Knex;
  private readonly listeners = new Set<() => void>();

  private readonly isWanted: (home: string, kind: string) => boolean;

  constructor(options: {
    database: Knex;
    /** Whether anybody listens to a kind of a home. */
    isWanted: (home: string, kind: string) => boolean;
  }) {
    this.database = options.database;
    this.isWanted = options.isWanted;
  }

  wants(home: string, kind: string): boolean {
    return this.isWanted(home, kind);
  }

  /** Adds events in their order, as a part of a transaction where one is given. */
  async add(
    events: readonly HomeEvent[],
    options: { at: number; transaction?: Knex.Transaction },
  ): Promise<void> {
    await forEachChunk(events, async chunk => {
      await (options.transaction ?? this.database)(TABLE).insert(
        chunk.map(({ home, event, labels }) => ({
          home,
          event: JSON.stringify({ ...event, message: cut(event.message) }),
          labels: JSON.stringify(labels),
          at: options.at,
        })),
      );
    });
  }

  /** Says that some were added, once they can be seen. */
  announce(): void {
    this.listeners.forEach(listener => listener());
  }

  /** Calls back when this process added some; gives how to end that. */
  onAdded(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Takes the oldest events of some homes out of the table, for one transaction:
   * what `pass` does in it holds exactly if they are gone. Gives their number.
   */
  async take(
    homes: readonly string[],
    limit: number,
    pass: (
      events: OutgoingEvent[],
      transaction: Knex.Transaction,
    ) => Promise<void>,
  ): Promise<number> {
    if (homes.length === 0) {
      return 0;
    }
    return this.database.transaction(async transaction => {
      const query = transaction(TABLE)
        .whereIn('home', homes)
        .orderBy('seq')
        .limit(limit)
        .select('*');
      const rows: Row[] = await (locksRows(this.database)
        ? query.forUpdate().skipLocked()
        : query);
      if (rows.length > 0) {
        await pass(rows.map(eventFromRow), transaction);
        await transaction(TABLE)
          .whereIn(
            'seq',
            rows.map(({ seq }) => seq as number),
          )
          .delete();
      }
      return rows.length;
    });
  }

  /** Gives up on what nobody took, such as events of a home that is gone. */
  async expire(before: number): Promise<void> {
    await this.database(TABLE).where('at', '<', before).delete();
  }
}

function eventFromRow(row: Row): OutgoingEvent {
  return {
    seq: toNumber(row.seq),
    home: String(row.home),
    event: JSON.parse(String(row.event)),
    labels: JSON.parse(String(row.labels)),
    at: toNumber(row.at),
  };
}

function cut(message: string): string {
  return message.length > LONGEST_MESSAGE
    ? `${message.slice(0, LONGEST_MESSAGE - 3)}...`
    : message;
}
