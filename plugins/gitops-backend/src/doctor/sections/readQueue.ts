import { Knex } from 'knex';
import {
  Controller,
  DoctorFailingItem,
  DoctorQueue,
  DoctorQueueFigures,
  DoctorQueueKind,
} from '@backstage-gitops/plugin-gitops-common';
import { timestamp, withoutUndefined } from '../../api/objects/toRow';
import { Row, rowsOf, toNumber, toNumberOrNull } from '../../database/rows';
import { Homes } from '../../homes/Homes';
import { LISTED } from './listed';

/** What {@link readQueue} looks at. */
export interface QueueSectionOptions {
  database: Knex;
  homes: Homes;
  /** How many objects of a controller one process runs at the same time. */
  workers: Partial<Record<Controller, number>>;
  /** How long a claim on a home lives that nobody renews. */
  homeLeaseMs: number;
  now?: () => number;
}

type State = Exclude<keyof DoctorQueueFigures, 'total' | 'lagSeconds'>;

/** In one state each; what is due comes before what is said of its last run. */
const STATES = `
  SELECT home, controller, kind, due_at, last_started_at,
    CASE
      WHEN claim_owner IS NOT NULL AND lease_until >= ? THEN 'running'
      WHEN claim_owner IS NOT NULL THEN 'lost'
      WHEN due_at <= ? THEN 'due'
      WHEN last_outcome = 'waiting' THEN 'waiting'
      WHEN due_at IS NULL THEN 'asleep'
      WHEN failures > 0 THEN 'retrying'
      ELSE 'scheduled'
    END AS state
  FROM gitops_work`;

/** The work queue, counted by the database. */
export async function readQueue(
  options: QueueSectionOptions,
): Promise<DoctorQueue> {
  const { database, homes, workers } = options;
  const now = (options.now ?? Date.now)();
  const rows = rowsOf(
    await database.raw(
      `SELECT home, controller, kind, state, COUNT(*) AS number,
         MIN(due_at) AS oldest, MAX(last_started_at) AS claimed
       FROM (${STATES}) item GROUP BY home, controller, kind, state`,
      [now, now],
    ),
  );
  const worksIn = (row: Row) => {
    const home = homes.find(String(row.home));
    return home && home.modeOf(row.controller as Controller) !== 'observe';
  };
  const worked = rows.filter(worksIn);
  const kinds = new Map<string, Row[]>();
  for (const row of worked) {
    const key = `${row.controller}/${row.kind}`;
    kinds.set(key, [...(kinds.get(key) ?? []), row]);
  }
  return {
    ...figuresOf(worked, now),
    kinds: [...kinds]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, ofKind]): DoctorQueueKind => ({
        controller: ofKind[0].controller as Controller,
        kind: String(ofKind[0].kind),
        ...figuresOf(ofKind, now),
        ...lastClaimOf(ofKind),
      })),
    workers,
    processes: await countProcesses(options, now),
    ...lastClaimOf(worked),
    failing: await readFailing(database, homes),
    abandoned: sum(rows.filter(row => !worksIn(row))),
  };
}

function figuresOf(rows: readonly Row[], now: number): DoctorQueueFigures {
  const count = (state: State) => sum(rows.filter(row => row.state === state));
  const oldest = rows
    .filter(({ state }) => state === 'due')
    .map(row => toNumber(row.oldest));
  return {
    total: sum(rows),
    due: count('due'),
    running: count('running'),
    lost: count('lost'),
    retrying: count('retrying'),
    waiting: count('waiting'),
    scheduled: count('scheduled'),
    asleep: count('asleep'),
    lagSeconds:
      oldest.length === 0
        ? 0
        : Math.max(0, Math.floor((now - Math.min(...oldest)) / 1_000)),
  };
}

function sum(rows: readonly Row[]): number {
  return rows.reduce((total, row) => total + toNumber(row.number), 0);
}

function lastClaimOf(rows: readonly Row[]): { lastClaimAt?: string } {
  const latest = Math.max(0, ...rows.map(row => toNumber(row.claimed ?? 0)));
  return withoutUndefined({ lastClaimAt: timestamp(latest || undefined) });
}

/** This one at least, which may write to no home and so renews nothing. */
async function countProcesses(
  { database, homeLeaseMs }: QueueSectionOptions,
  now: number,
): Promise<number> {
  const [row] = await database('gitops_home_claims')
    .where('renewed_at', '>', now - 2 * homeLeaseMs)
    .countDistinct({ number: 'replica' });
  return Math.max(1, toNumber(row.number));
}

async function readFailing(
  database: Knex,
  homes: Homes,
): Promise<DoctorQueue['failing']> {
  const failing = () =>
    database('gitops_work')
      .where(query => query.where('failures', '>', 0).orWhere('lost', '>', 1))
      .whereIn(
        'home',
        homes
          .list()
          .filter(({ mode }) => mode !== 'observe')
          .map(({ name }) => name),
      );
  const [{ number }] = await failing().count({ number: '*' });
  const rows: Row[] = await failing()
    .orderBy('failures', 'desc')
    .orderBy('id')
    .limit(LISTED);
  return {
    totalItems: toNumber(number),
    items: rows.map((row): DoctorFailingItem => ({
      object: {
        home: String(row.home),
        kind: String(row.kind),
        namespace: String(row.namespace),
        name: String(row.name),
      },
      failures: toNumber(row.failures),
      lost: toNumber(row.lost),
      ...withoutUndefined({
        lastFinishedAt: timestamp(toNumberOrNull(row.last_finished_at)),
        nextRunAt: timestamp(toNumberOrNull(row.due_at)),
      }),
    })),
  };
}
