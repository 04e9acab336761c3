import { Knex } from 'knex';
import {
  migratedDatabases,
  testDatabaseIds,
} from '../../__testUtils__/databases';
import { HomeClaimStore } from '../../homes/HomeClaimStore';
import { Homes } from '../../homes/Homes';
import { homeOf } from '../__testUtils__/homeOf';
import { readQueue } from './readQueue';

jest.setTimeout(60_000);

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;

describe.each(testDatabaseIds)('readQueue on %s', databaseId => {
  const init = migratedDatabases();
  let database: Knex;

  beforeEach(async () => {
    database = await init(databaseId);
  });

  const homes = new Homes([
    homeOf({ name: 'demo', mode: 'reconcile' }),
    homeOf({ name: 'seen', mode: 'observe' }),
  ]);

  const read = () =>
    readQueue({
      database,
      homes,
      workers: { source: 4, kustomize: 2 },
      homeLeaseMs: 30_000,
      now: () => NOW,
    });

  const put = (name: string, columns: object = {}, kind = 'Kustomization') =>
    database('gitops_work').insert({
      id: `demo/g/${kind}/default/${name}`,
      home: 'demo',
      controller: kind === 'Kustomization' ? 'kustomize' : 'source',
      api_group: 'g',
      kind,
      namespace: 'default',
      name,
      due_at: NOW + MINUTE,
      ...columns,
    });

  it('is empty at first', async () => {
    expect(await read()).toEqual({
      total: 0,
      due: 0,
      running: 0,
      lost: 0,
      retrying: 0,
      waiting: 0,
      scheduled: 0,
      asleep: 0,
      lagSeconds: 0,
      kinds: [],
      workers: { source: 4, kustomize: 2 },
      processes: 1,
      failing: { totalItems: 0, items: [] },
      abandoned: 0,
    });
  });

  it('counts each item once, by what it does now', async () => {
    const claimed = { claim_owner: 'p', due_at: null };
    await put('due', { due_at: NOW - 90_500, failures: 2 });
    await put('due2', { due_at: NOW, last_outcome: 'waiting' }, 'Bucket');
    await put('running', {
      ...claimed,
      lease_until: NOW,
      last_started_at: NOW - 5,
    });
    await put('lost', { ...claimed, lease_until: NOW - 1 });
    await put('retrying', { failures: 3, last_outcome: 'retry' });
    await put('waiting', { last_outcome: 'waiting' });
    await put('held', { due_at: null, last_outcome: 'waiting' });
    await put('scheduled', { last_outcome: 'done' });
    await put('new');
    await put('asleep', { due_at: null, last_outcome: 'done' });
    await put('stalled', { due_at: null, last_outcome: 'stalled' });
    expect(await read()).toMatchObject({
      total: 11,
      due: 2,
      running: 1,
      lost: 1,
      retrying: 1,
      waiting: 2,
      scheduled: 2,
      asleep: 2,
      lagSeconds: 90,
      lastClaimAt: new Date(NOW - 5).toISOString(),
      kinds: [
        { controller: 'kustomize', kind: 'Kustomization', total: 10 },
        { controller: 'source', kind: 'Bucket', total: 1, lagSeconds: 0 },
      ],
    });
  });

  it('leaves out homes that are not worked in', async () => {
    await put('a', { home: 'seen', due_at: NOW - MINUTE, failures: 5 });
    await put('b', { home: 'gone', due_at: NOW - MINUTE, failures: 5 });
    expect(await read()).toMatchObject({
      total: 0,
      lagSeconds: 0,
      abandoned: 2,
      failing: { totalItems: 0 },
    });
  });

  it('lists what fails, the most failures first', async () => {
    for (let i = 0; i < 25; i++) {
      await put(`f${i}`, { failures: i + 1, last_finished_at: NOW - MINUTE });
    }
    await put('killer', { lost: 2 });
    const { failing } = await read();
    expect(failing.totalItems).toBe(26);
    expect(failing.items).toHaveLength(20);
    expect(failing.items[0]).toEqual({
      object: {
        home: 'demo',
        kind: 'Kustomization',
        namespace: 'default',
        name: 'f24',
      },
      failures: 25,
      lost: 0,
      lastFinishedAt: new Date(NOW - MINUTE).toISOString(),
      nextRunAt: new Date(NOW + MINUTE).toISOString(),
    });
  });

  it('counts the processes that have renewed a claim lately', async () => {
    const store = (at: number) =>
      new HomeClaimStore({ database, now: () => at });
    const renew = (home: string, replica: string, at: number) =>
      store(at).begin({ home, replica, renewal: `${home}${replica}` });
    await renew('demo', 'one', NOW - 10_000);
    await renew('other', 'one', NOW - 10_000);
    await renew('demo', 'two', NOW - 20_000);
    await renew('demo', 'old', NOW - 60_000);
    expect((await read()).processes).toBe(2);
  });

  it('is cheap for many objects', async () => {
    await database.batchInsert(
      'gitops_work',
      Array.from({ length: 5_000 }, (_, i) => ({
        id: `demo/g/Kustomization/n${i % 50}/m${i}`,
        home: 'demo',
        controller: 'kustomize',
        api_group: 'g',
        kind: 'Kustomization',
        namespace: `n${i % 50}`,
        name: `m${i}`,
        due_at: NOW + i,
        failures: i % 10 === 0 ? 1 : 0,
      })),
      50,
    );
    const queries: string[] = [];
    const onQuery = ({ sql }: { sql: string }) => queries.push(sql);
    database.on('query', onQuery);
    const queue = await read();
    database.removeListener('query', onQuery);
    expect(queue).toMatchObject({
      total: 5_000,
      due: 1,
      retrying: 499,
      failing: { totalItems: 500 },
    });
    expect(queries).toHaveLength(4);
  });
});
