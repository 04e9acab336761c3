import { mockServices } from '@backstage/backend-test-utils';
import { Knex } from 'knex';
import { migratedDatabases } from '../../__testUtils__/databases';
import { DatabaseWorkQueue } from '../queue/DatabaseWorkQueue';
import { Claim, WorkRegistration } from '../queue/WorkQueue';
import { ControllerPump, RunItem } from './ControllerPump';
import { done, Outcome, retry, stalled, waiting } from './Outcome';

jest.setTimeout(60_000);

const item = (name: string): WorkRegistration => ({
  home: 'demo',
  controller: 'source',
  group: 'source.toolkit.fluxcd.io',
  kind: 'GitRepository',
  namespace: 'default',
  name,
});

describe('ControllerPump', () => {
  const init = migratedDatabases();
  let database: Knex;
  let queue: DatabaseWorkQueue;
  let pump: ControllerPump;
  const NOW = 1_800_000_000_000;

  const create = (run: RunItem, concurrency = 2) => {
    pump = new ControllerPump({
      controller: 'source',
      queue,
      run,
      concurrency,
      logger: mockServices.logger.mock(),
      now: () => NOW,
      random: () => 1,
      backoff: { minMs: 1_000, maxMs: 8_000 },
      pollMs: 20,
    });
    return pump;
  };

  beforeEach(async () => {
    database = await init('SQLITE_3');
    queue = new DatabaseWorkQueue({ database, owner: 'p1', now: () => NOW });
  });

  afterEach(async () => {
    await pump.stop();
  });

  it.each<[string, () => Outcome, object]>([
    [
      'done, spread by 5 %',
      () => done(60_000),
      { dueAt: NOW + 63_000, failures: 0, lastOutcome: 'done' },
    ],
    [
      'done, exactly',
      () => done(60_000, { jitter: false }),
      { dueAt: NOW + 60_000 },
    ],
    ['done until woken', () => done(null), { dueAt: null }],
    [
      'waiting',
      () => waiting('DependencyNotReady', NOW + 30_000),
      { dueAt: NOW + 30_000, failures: 0, lastOutcome: 'waiting' },
    ],
    [
      'retry with backoff',
      () => retry(new Error('x')),
      { dueAt: NOW + 1_000, failures: 1, lastOutcome: 'retry' },
    ],
    [
      'retry after a fixed time',
      () => retry(new Error('x'), 5_000),
      { dueAt: NOW + 5_000, failures: 1 },
    ],
    [
      'stalled',
      () => stalled(new Error('x')),
      { dueAt: null, lastOutcome: 'stalled' },
    ],
    [
      'something unforeseen',
      () => {
        throw new TypeError('boom');
      },
      { dueAt: NOW + 1_000, failures: 1, lastOutcome: 'retry' },
    ],
  ])('stores the outcome: %s', async (_, outcome, expected) => {
    create(async () => outcome());
    await queue.register([item('a')]);
    await pump.drain({ maxItems: 1 });
    await pump.stop();
    expect(await queue.get(item('a'))).toMatchObject(expected);
  });

  it('runs no more items at once than its bound', async () => {
    let running = 0;
    let most = 0;
    let count = 0;
    create(async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(resolve => setImmediate(resolve));
      running -= 1;
      count += 1;
      return done(null);
    });
    await queue.register(Array.from({ length: 9 }, (_, i) => item(`n${i}`)));
    await pump.drain({ maxItems: 100 });
    await pump.stop();
    expect(most).toBe(2);
    expect(count).toBe(9);
  });

  it('answers a wake at once, and one that comes while the item runs', async () => {
    const runs: string[] = [];
    let entered: () => void = () => {};
    let leave: () => void = () => {};
    let onRun: () => void = () => {};
    create(async (claim: Claim) => {
      runs.push(claim.item.wakeReason ?? 'none');
      entered();
      await new Promise<void>(resolve => {
        leave = resolve;
      });
      onRun();
      return done(null);
    });
    const nextEntered = () =>
      new Promise<void>(resolve => {
        entered = resolve;
      });

    pump.start();
    const first = nextEntered();
    await queue.register([item('a')]);
    await first;
    await queue.wake([item('a')], { reason: 'while running' });
    const second = nextEntered();
    leave();
    await second;
    const finished = new Promise<void>(resolve => {
      onRun = resolve;
    });
    leave();
    await finished;
    expect(runs).toEqual(['registered', 'while running']);
  });

  it('notices what another process made due', async () => {
    const other = new DatabaseWorkQueue({
      database,
      owner: 'p2',
      now: () => NOW,
    });
    const ran = new Promise<string>(resolve => {
      create(async claim => {
        resolve(claim.item.name);
        return done(null);
      });
    });
    pump.start();
    await other.register([item('from-elsewhere')]);
    expect(await ran).toBe('from-elsewhere');
  });
});
