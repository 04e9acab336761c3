import { Knex } from 'knex';
import {
  forEachChunk,
  locksRows,
  Row,
  rowsOf,
  toNumber,
  toNumberOrNull,
} from '../../database/rows';
import { backoffDelay, BackoffOptions, DEFAULT_BACKOFF } from './backoff';
import { claimableItems } from './claimableItems';
import { HeldClaim } from './HeldClaim';
import { workItemFromRow } from './workItemFromRow';
import {
  Claim,
  Completion,
  QueueStatistics,
  workId,
  WorkItem,
  WorkKey,
  WorkQueue,
  WorkRegistration,
} from './WorkQueue';

const TABLE = 'gitops_work';

/** What {@link DatabaseWorkQueue} is made of. */
export interface DatabaseWorkQueueOptions {
  database: Knex;
  /** Identifies this process among those that share the database. */
  owner: string;
  /** How long a claim lives without a heartbeat. Default 30 s. */
  leaseMs?: number;
  backoff?: BackoffOptions;
  /** Wall clock, ms since the epoch; shared between processes. */
  now?: () => number;
  /** Monotonic clock, ms; never jumps, also not while the process is stopped. */
  monotonic?: () => number;
}

/** {@link WorkQueue} on SQLite and PostgreSQL. */
export class DatabaseWorkQueue implements WorkQueue {
  private readonly database: Knex;
  private readonly owner: string;
  private readonly leaseMs: number;
  private readonly backoff: BackoffOptions;
  private readonly now: () => number;
  private readonly monotonic: () => number;
  private readonly held = new Map<string, HeldClaim>();
  /** By item: the fence of the last run, where it was ours and ended in order. */
  private readonly lastFences = new Map<string, number>();
  private readonly listeners = new Set<
    (controllers: ReadonlySet<string> | undefined) => void
  >();

  constructor(options: DatabaseWorkQueueOptions) {
    this.database = options.database;
    this.owner = options.owner;
    this.leaseMs = options.leaseMs ?? 30_000;
    this.backoff = options.backoff ?? DEFAULT_BACKOFF;
    this.now = options.now ?? Date.now;
    this.monotonic = options.monotonic ?? (() => performance.now());
  }

  async register(items: readonly WorkRegistration[]): Promise<void> {
    const now = this.now();
    await forEachChunk(items, async chunk => {
      await this.database(TABLE)
        .insert(
          chunk.map(item => ({
            id: workId(item),
            home: item.home,
            controller: item.controller,
            api_group: item.group,
            kind: item.kind,
            namespace: item.namespace,
            name: item.name,
            entity_ref: item.entityRef ?? null,
            due_at: now,
            wake_reason: 'registered',
          })),
        )
        .onConflict('id')
        .merge(['controller', 'entity_ref']);
    });
    this.announce(new Set(items.map(({ controller }) => controller)));
  }

  async wake(
    keys: readonly WorkKey[],
    options: { reason: string; at?: number },
  ): Promise<void> {
    const now = this.now();
    const at = Math.max(options.at ?? now, 0);
    const controllers = new Set<string>();
    await forEachChunk(keys, async chunk => {
      const rows: Row[] = await this.database(TABLE)
        .whereIn('id', chunk.map(workId))
        .update({
          // The sequence grows only for a wake that is due: a run under way
          // must be repeated for it, while a later time is kept in due_at.
          wake_seq:
            at <= now
              ? this.database.raw('wake_seq + 1')
              : this.database.raw('wake_seq'),
          wake_reason: options.reason,
          due_at: this.database.raw(
            'CASE WHEN due_at IS NULL OR due_at > ? THEN ? ELSE due_at END',
            [at, at],
          ),
        })
        .returning('controller');
      rows.forEach(row => controllers.add(String(row.controller)));
    });
    if (at <= now) {
      keys.forEach(key => this.held.get(workId(key))?.woken());
    }
    if (at <= now && controllers.size > 0) {
      this.announce(controllers);
    }
  }

  async forget(keys: readonly WorkKey[]): Promise<void> {
    await forEachChunk(keys, async chunk => {
      const ids = chunk.map(workId);
      await this.database(TABLE).whereIn('id', ids).delete();
      for (const id of ids) {
        this.held.get(id)?.drop();
        this.lastFences.delete(id);
      }
    });
  }

  async retain(
    scope: { home: string; group: string; kind: string },
    keys: readonly WorkKey[],
  ): Promise<void> {
    const keep = new Set(keys.map(workId));
    const rows = await this.database(TABLE)
      .where({ home: scope.home, api_group: scope.group, kind: scope.kind })
      .select('home', 'api_group as group', 'kind', 'namespace', 'name');
    await this.forget(
      (rows as WorkKey[]).filter(row => !keep.has(workId(row))),
    );
  }

  async claim(options: {
    controller: string;
    limit: number;
    homes?: readonly string[];
  }): Promise<Claim[]> {
    if (options.limit < 1 || options.homes?.length === 0) {
      return [];
    }
    const now = this.now();
    const grantedAt = this.monotonic();
    const { sql, bindings } = claimableItems({
      ...options,
      now,
      lock: locksRows(this.database),
    });
    const result = await this.database.raw(
      `UPDATE ${TABLE}
       SET claim_owner = ?, lease_until = ?, last_started_at = ?,
           fence = fence + 1, claimed_wake_seq = wake_seq, due_at = NULL
       WHERE id IN (${sql})
       RETURNING *`,
      [this.owner, now + this.leaseMs, now, ...bindings],
    );
    return rowsOf(result).map(row => this.hold(row, grantedAt));
  }

  async heartbeat(): Promise<void> {
    const claims: HeldClaim[] = [];
    for (const claim of this.held.values()) {
      // One that was lost here is left to end in the database, too.
      if (claim.signal.aborted) {
        this.release(claim);
      } else {
        claims.push(claim);
      }
    }
    const grantedAt = this.monotonic();
    await forEachChunk(claims, async chunk => {
      const rows = await this.database(TABLE)
        .whereIn(
          ['id', 'fence'],
          chunk.map(claim => [claim.item.id, claim.fence]),
        )
        .andWhere('claim_owner', this.owner)
        .update({ lease_until: this.now() + this.leaseMs })
        .returning('id');
      const kept = new Set(rows.map((row: Row) => row.id));
      for (const claim of chunk) {
        if (kept.has(claim.item.id)) {
          claim.prolong(grantedAt + this.leaseMs);
        } else {
          this.release(claim);
          claim.lose();
        }
      }
    });
  }

  async finish(claim: Claim, completion: Completion): Promise<boolean> {
    const now = this.now();
    const rows: Row[] = await this.database(TABLE)
      .where({
        id: claim.item.id,
        claim_owner: this.owner,
        fence: claim.fence,
      })
      .update({
        claim_owner: null,
        lease_until: null,
        last_finished_at: now,
        last_outcome: completion.outcome,
        lost: 0,
        failures: completion.failed ? this.database.raw('failures + 1') : 0,
        wake_reason: this.database.raw(
          'CASE WHEN wake_seq > claimed_wake_seq THEN wake_reason ELSE NULL END',
        ),
        // A claim empties due_at: what is there now came from a wake meanwhile.
        due_at: this.database.raw(
          `CASE WHEN wake_seq > claimed_wake_seq THEN CAST(? AS BIGINT)
                WHEN due_at IS NOT NULL AND (CAST(? AS BIGINT) IS NULL OR due_at < ?)
                  THEN due_at
                ELSE CAST(? AS BIGINT) END`,
          [
            now,
            completion.dueAt,
            completion.dueAt ?? 0,
            completion.dueAt,
          ] as Knex.RawBinding[],
        ),
      })
      .returning('due_at');
    const changed = rows.length;
    if (claim instanceof HeldClaim) {
      this.release(claim);
      if (changed === 0) {
        claim.lose();
      }
    }
    if (changed > 0 && !completion.failed) {
      this.lastFences.set(claim.item.id, claim.fence);
    }
    const dueAt = toNumberOrNull(rows[0]?.due_at);
    if (dueAt !== null && dueAt <= now) {
      this.announce(new Set([claim.item.controller]));
    }
    return changed > 0 || (claim instanceof HeldClaim && claim.isDropped);
  }

  async discard(claim: Claim): Promise<void> {
    const { id } = claim.item;
    await this.database(TABLE)
      .where({ id, claim_owner: claim.owner, fence: claim.fence })
      .delete();
    const held = this.held.get(id);
    if (held?.fence === claim.fence) {
      held.drop();
    }
    this.lastFences.delete(id);
  }

  async giveUp(claim: Claim): Promise<void> {
    const { id } = claim.item;
    const held = this.held.get(id);
    if (held?.fence === claim.fence) {
      this.release(held);
    }
    claim.lose();
    const returned = await this.database(TABLE)
      .where({ id, claim_owner: claim.owner, fence: claim.fence })
      .update({
        claim_owner: null,
        lease_until: null,
        last_outcome: 'given up',
        due_at: this.now(),
      });
    if (returned > 0) {
      this.announce();
    }
  }

  async recoverLost(): Promise<number> {
    const now = this.now();
    const rows = await this.database(TABLE)
      .whereNotNull('claim_owner')
      .andWhere('lease_until', '<', now)
      .select('id', 'fence', 'lost');
    let recovered = 0;
    for (const row of rows as Row[]) {
      const lost = toNumber(row.lost) + 1;
      // The first loss is bad luck and repeated at once; an item whose runs
      // keep killing their process backs off like any other failure.
      const delay = lost === 1 ? 0 : backoffDelay(lost, this.backoff);
      recovered += await this.database(TABLE)
        .where({ id: row.id, fence: row.fence })
        .andWhere('lease_until', '<', now)
        .update({
          claim_owner: null,
          lease_until: null,
          lost,
          last_outcome: 'lost',
          wake_reason: 'lease lost',
          due_at: now + delay,
        });
    }
    if (recovered > 0) {
      this.announce();
    }
    return recovered;
  }

  async get(key: WorkKey): Promise<WorkItem | undefined> {
    const row = await this.database(TABLE)
      .where({ id: workId(key) })
      .first();
    return row && workItemFromRow(row);
  }

  async statistics(controller?: string): Promise<QueueStatistics> {
    const now = this.now();
    const query = this.database(TABLE);
    if (controller) {
      query.where({ controller });
    }
    const row: Row = await query
      .select(
        this.database.raw('COUNT(*) AS total'),
        this.database.raw(
          'SUM(CASE WHEN claim_owner IS NULL AND due_at <= ? THEN 1 ELSE 0 END) AS due',
          [now],
        ),
        this.database.raw(
          'SUM(CASE WHEN claim_owner IS NOT NULL THEN 1 ELSE 0 END) AS running',
        ),
        this.database.raw(
          'MIN(CASE WHEN claim_owner IS NULL THEN due_at ELSE NULL END) AS oldest',
        ),
      )
      .first();
    const oldest = row.oldest === null ? now : toNumber(row.oldest);
    return {
      total: toNumber(row.total),
      due: toNumber(row.due ?? 0),
      running: toNumber(row.running ?? 0),
      lagMs: Math.max(0, now - oldest),
    };
  }

  onWake(
    listener: (controllers: ReadonlySet<string> | undefined) => void,
  ): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private hold(row: Row, grantedAt: number): HeldClaim {
    const item = workItemFromRow(row);
    const fence = toNumber(row.fence);
    const claim = new HeldClaim({
      item,
      owner: this.owner,
      fence,
      // Each claim raises the fence by one, whoever makes it.
      isContinued: fence === 1 || this.lastFences.get(item.id) === fence - 1,
      deadline: grantedAt + this.leaseMs,
      monotonic: this.monotonic,
    });
    this.held.set(item.id, claim);
    this.lastFences.delete(item.id);
    return claim;
  }

  private release(claim: HeldClaim): void {
    if (this.held.get(claim.item.id) === claim) {
      this.held.delete(claim.item.id);
    }
  }

  private announce(controllers?: ReadonlySet<string>): void {
    for (const listener of this.listeners) {
      listener(controllers);
    }
  }
}
