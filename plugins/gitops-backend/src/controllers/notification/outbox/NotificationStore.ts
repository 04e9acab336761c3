import { NotificationState } from '@backstage-gitops/plugin-gitops-common';
import { Notification } from '@backstage-gitops/plugin-gitops-node';
import { Knex } from 'knex';
import {
  forEachChunk,
  locksRows,
  Row,
  toNumber,
  toNumberOrNull,
} from '../../../database/rows';

const TABLE = 'gitops_notifications';
/** How long a process may be silent before another sends what it was about to. */
const LEASE_MS = 30_000;

/** What is sent by one Provider, in the order in which it came. */
export interface Lane {
  home: string;
  namespace: string;
  provider: string;
}

/** A Provider of which some were given up. */
export interface DeadLane extends Lane {
  dead: number;
}

/** A notification for one Provider. Times are milliseconds since the epoch. */
export interface StoredNotification extends Lane, Notification {
  id: number;
  /** `home/group/kind/namespace/name` */
  objectId: string;
  state: NotificationState;
  attempts: number;
  createdAt: number;
  dueAt: number;
  endedAt: number | null;
  /** Why the last attempt failed; without secrets. */
  error?: string;
}

/** What to make a {@link StoredNotification} of. */
export type NewNotification = Lane & Notification & { objectId: string };

/** Whose they are: an Alert's, or a Provider's. */
export interface NotificationScope {
  home: string;
  namespace: string;
  /** One or the other. */
  alert?: string;
  provider?: string;
}

/** Which notifications are listed. */
export interface NotificationsQuery extends NotificationScope {
  state?: NotificationState;
  /** Only older ones; an id. */
  before?: number;
  limit: number;
}

/**
 * Notifications until they were sent, and for a while after that. What waits is
 * claimed by one process at a time; a claim whose process died is taken over.
 */
export class NotificationStore {
  private readonly database: Knex;
  private readonly owner: string;
  private readonly now: () => number;

  constructor(options: { database: Knex; owner: string; now?: () => number }) {
    this.database = options.database;
    this.owner = options.owner;
    this.now = options.now ?? Date.now;
  }

  /** As a part of the transaction that takes their event. */
  async add(
    transaction: Knex.Transaction,
    notifications: readonly NewNotification[],
  ): Promise<void> {
    const at = this.now();
    await forEachChunk(
      notifications,
      async chunk => {
        await transaction(TABLE).insert(
          chunk.map(
            ({ home, namespace, provider, alert, event, objectId }) => ({
              ...{ home, namespace, provider },
              alert: alert.name,
              alert_uid: alert.uid,
              object_id: objectId,
              event: JSON.stringify(event),
              state: 'waiting',
              created_at: at,
              due_at: at,
            }),
          ),
        );
      },
      50,
    );
  }

  /** The Providers for which something is due that nobody has claimed. */
  async lanes(homes: readonly string[]): Promise<Lane[]> {
    const at = this.now();
    const rows: Row[] = await this.database(TABLE)
      .distinct('home', 'namespace', 'provider')
      .where('state', 'waiting')
      .whereIn('home', homes)
      .where('due_at', '<=', at)
      .where(unclaimed(at));
    return rows.map(laneOf);
  }

  /** Claims the first that are due of a lane. */
  async claim(lane: Lane, limit: number): Promise<StoredNotification[]> {
    const at = this.now();
    const first = this.database(TABLE)
      .select('id')
      .where({ ...lane, state: 'waiting' })
      .where('due_at', '<=', at)
      .where(unclaimed(at))
      .orderBy([{ column: 'due_at' }, { column: 'id' }])
      .limit(limit);
    if (locksRows(this.database)) {
      void first.forUpdate().skipLocked();
    }
    const rows: Row[] = await this.database(TABLE)
      .whereIn('id', first)
      .update({ claim_owner: this.owner, claim_until: at + LEASE_MS })
      .returning('*');
    return rows.map(notificationFromRow).sort((a, b) => a.id - b.id);
  }

  /** Keeps what this process is sending. */
  async prolong(): Promise<void> {
    await this.database(TABLE)
      .where({ claim_owner: this.owner, state: 'waiting' })
      .update({ claim_until: this.now() + LEASE_MS });
  }

  /** It was taken by the service. False where another process has it by now. */
  async succeed(id: number): Promise<boolean> {
    return this.end(id, { state: 'sent', error: null });
  }

  /** It is tried again then. */
  async retry(id: number, error: string, dueAt: number): Promise<boolean> {
    return this.update(id, { error, due_at: dueAt });
  }

  /** It is not tried again by itself. */
  async bury(id: number, error: string): Promise<boolean> {
    return this.end(id, { state: 'dead', error });
  }

  /** It is not for this Provider; nothing is kept of it. */
  async drop(id: number): Promise<void> {
    await this.database(TABLE).where({ id, claim_owner: this.owner }).delete();
  }

  /** Lets others have what this process has claimed and will not send. */
  async release(id: number): Promise<void> {
    await this.database(TABLE)
      .where({ id, claim_owner: this.owner })
      .update({ claim_owner: null, claim_until: null });
  }

  /** Sends dead ones of an Alert or a Provider again; gives their number. */
  async revive(
    scope: NotificationScope,
    ids?: readonly number[],
  ): Promise<number> {
    const at = this.now();
    const query = this.scoped(scope).where({ state: 'dead' });
    if (ids) {
      void query.whereIn('id', ids);
    }
    return query.update({
      ...{ state: 'waiting', due_at: at, created_at: at },
      ...{ attempts: 0, ended_at: null, claim_owner: null, claim_until: null },
    });
  }

  /** The newest first. */
  async list(query: NotificationsQuery): Promise<StoredNotification[]> {
    const { state, before, limit } = query;
    const rows = this.scoped(query).orderBy('id', 'desc').limit(limit);
    if (state !== undefined) void rows.where({ state });
    if (before !== undefined) void rows.where('id', '<', before);
    return (await rows.select('*')).map(notificationFromRow);
  }

  /** How many there are of each state. */
  async count(
    scope: NotificationScope,
  ): Promise<Record<NotificationState, number>> {
    const rows: Row[] = await this.scoped(scope)
      .groupBy('state')
      .select('state')
      .count({ count: '*' });
    const counts = { waiting: 0, sent: 0, dead: 0 };
    for (const { state, count } of rows) {
      counts[state as NotificationState] = toNumber(count);
    }
    return counts;
  }

  /** The Providers of which some were given up, the most first. */
  async deadLanes(): Promise<DeadLane[]> {
    const lane = ['home', 'namespace', 'provider'];
    const rows: Row[] = await this.database(TABLE)
      .where({ state: 'dead' })
      .groupBy(lane)
      .select(lane)
      .count({ count: '*' })
      .orderBy([{ column: 'count', order: 'desc' }, ...lane]);
    return rows.map(row => ({ ...laneOf(row), dead: toNumber(row.count) }));
  }

  private scoped({ home, namespace, alert, provider }: NotificationScope) {
    return this.database(TABLE).where({
      ...{ home, namespace },
      ...(alert !== undefined && { alert }),
      ...(provider !== undefined && { provider }),
    });
  }

  /** Forgets what ended before then. */
  async expire(before: number): Promise<void> {
    await this.database(TABLE).where('ended_at', '<', before).delete();
  }

  private end(id: number, changes: object): Promise<boolean> {
    return this.update(id, { ...changes, ended_at: this.now() });
  }

  private async update(id: number, changes: object): Promise<boolean> {
    const changed = await this.database(TABLE)
      .where({ id, claim_owner: this.owner, state: 'waiting' })
      .update({
        ...changes,
        attempts: this.database.raw('attempts + 1'),
        ...{ claim_owner: null, claim_until: null },
      });
    return changed > 0;
  }
}

/** Nobody has it, or who had it has died. */
function unclaimed(at: number) {
  return (query: Knex.QueryBuilder) => {
    void query.whereNull('claim_until').orWhere('claim_until', '<', at);
  };
}

function laneOf({ home, namespace, provider }: Row): Lane {
  return {
    home: String(home),
    namespace: String(namespace),
    provider: String(provider),
  };
}

function notificationFromRow(row: Row): StoredNotification {
  const lane = laneOf(row);
  return {
    ...lane,
    id: toNumber(row.id),
    alert: {
      namespace: lane.namespace,
      name: String(row.alert),
      uid: String(row.alert_uid),
    },
    objectId: String(row.object_id),
    event: JSON.parse(String(row.event)),
    state: row.state as NotificationState,
    attempts: toNumber(row.attempts),
    createdAt: toNumber(row.created_at),
    dueAt: toNumber(row.due_at),
    endedAt: toNumberOrNull(row.ended_at),
    error: row.error ? String(row.error) : undefined,
  };
}
