import { Knex } from 'knex';
import {
  migratedDatabases,
  testDatabaseIds,
} from '../../__testUtils__/databases';
import { DatabaseWorkQueue } from './DatabaseWorkQueue';
import { LeaseLostError } from './LeaseLostError';
import { WorkQueue, WorkRegistration } from './WorkQueue';

jest.setTimeout(60_000);

const LEASE = 30_000;

function item(
  name: string,
  overrides: Partial<WorkRegistration> = {},
): WorkRegistration {
  return {
    home: 'demo',
    controller: 'source',
    group: 'source.toolkit.fluxcd.io',
    kind: 'GitRepository',
    namespace: 'team-a',
    name,
    ...overrides,
  };
}

describe.each(testDatabaseIds)('DatabaseWorkQueue on %s', databaseId => {
  const init = migratedDatabases();
  let database: Knex;
  let time: number;
  let queue: WorkQueue;

  const processNamed = (owner: string): WorkQueue =>
    new DatabaseWorkQueue({
      database,
      owner,
      leaseMs: LEASE,
      backoff: { minMs: 1_000, maxMs: 60_000 },
      now: () => 1_800_000_000_000 + time,
      monotonic: () => time,
    });

  it('takes turns between homes, and claims in some of them only', async () => {
    await queue.register(
      ['one', 'two'].flatMap(home =>
        ['a', 'b', 'c'].map(name => item(name, { home })),
      ),
    );
    const claimed = await queue.claim({ controller: 'source', limit: 2 });
    expect(claimed.map(claim => claim.item.home).sort()).toEqual([
      'one',
      'two',
    ]);
    const ofTwo = await queue.claim({
      controller: 'source',
      limit: 9,
      homes: ['two', 'three'],
    });
    expect(ofTwo.map(claim => claim.item.home)).toEqual(['two', 'two']);
    expect(
      await queue.claim({ controller: 'source', limit: 9, homes: [] }),
    ).toEqual([]);
  });

  it('repeats at once what was given up, unless somebody else runs it', async () => {
    await queue.register([item('a')]);
    const [claim] = await queue.claim({ controller: 'source', limit: 1 });
    await queue.giveUp(claim);
    expect(() => claim.assertHeld()).toThrow(LeaseLostError);
    const other = processNamed('p2');
    const [taken] = await other.claim({ controller: 'source', limit: 1 });
    expect(taken.fence).toBeGreaterThan(claim.fence);
    await queue.giveUp(claim);
    await queue.discard(claim);
    expect(
      await other.finish(taken, {
        dueAt: null,
        failed: false,
        outcome: 'done',
      }),
    ).toBe(true);
  });

  it('lets a lease run out that was lost here alone', async () => {
    await queue.register([item('a')]);
    const [claim] = await queue.claim({ controller: 'source', limit: 1 });
    time = LEASE - 1;
    claim.lose();
    await queue.heartbeat();
    time = LEASE + 1;
    expect(await processNamed('p2').recoverLost()).toBe(1);
  });

  const at = (offset: number) => 1_800_000_000_000 + offset;

  beforeEach(async () => {
    database = await init(databaseId);
    time = 0;
    queue = processNamed('p1');
  });

  const claimAll = (from: WorkQueue, limit = 10) =>
    from.claim({ controller: 'source', limit });

  it('gives each due item to one process only', async () => {
    const other = processNamed('p2');
    await queue.register([item('a'), item('b'), item('c')]);

    const [first, second] = await Promise.all([
      claimAll(queue, 2),
      claimAll(other, 2),
    ]);

    const names = [...first, ...second].map(claim => claim.item.name);
    expect(new Set(names).size).toBe(names.length);
    const rest = [
      ...(await claimAll(queue, 10)),
      ...(await claimAll(other, 10)),
    ].map(claim => claim.item.name);
    expect([...names, ...rest].sort()).toEqual(['a', 'b', 'c']);
    expect(await claimAll(queue)).toEqual([]);
  });

  it('tells whether a run goes on from one of its own that ended in order', async () => {
    await queue.register([item('a')]);
    const run = async (by: WorkQueue, failed: boolean) => {
      await by.wake([item('a')], { reason: 'again' });
      const [claim] = await by.claim({ controller: 'source', limit: 1 });
      await by.finish(claim, { dueAt: null, failed, outcome: 'done' });
      return claim.isContinued;
    };
    const other = processNamed('other');
    expect(await run(queue, false)).toBe(true);
    expect(await run(queue, true)).toBe(true);
    // What the failed one wrote may not be known here.
    expect(await run(queue, false)).toBe(false);
    expect(await run(queue, false)).toBe(true);
    expect(await run(other, false)).toBe(false);
    expect(await run(queue, false)).toBe(false);
  });

  it('keeps the due time of an item that is registered again', async () => {
    await queue.register([item('a')]);
    const [claim] = await claimAll(queue);
    await queue.finish(claim, {
      dueAt: at(60_000),
      failed: false,
      outcome: 'done',
    });

    await queue.register([item('a', { entityRef: 'gitrepository:team-a/a' })]);

    expect(await queue.get(item('a'))).toMatchObject({
      dueAt: at(60_000),
      entityRef: 'gitrepository:team-a/a',
    });
  });

  it('runs an item again that was woken while it ran', async () => {
    await queue.register([item('a')]);
    const [claim] = await claimAll(queue);

    await queue.wake([item('a')], { reason: 'new artifact' });
    expect(await claimAll(queue)).toEqual([]);
    await queue.finish(claim, {
      dueAt: at(60_000),
      failed: false,
      outcome: 'done',
    });

    const [again] = await claimAll(queue);
    expect(again.item).toMatchObject({
      name: 'a',
      wakeReason: 'new artifact',
    });
    await queue.finish(again, {
      dueAt: at(60_000),
      failed: false,
      outcome: 'done',
    });
    expect(await claimAll(queue)).toEqual([]);
  });

  it('keeps a wake for later that came while the item ran', async () => {
    await queue.register([item('a')]);
    const [claim] = await claimAll(queue);

    await queue.wake([item('a')], { reason: 'drift', at: at(5_000) });
    await queue.finish(claim, {
      dueAt: at(60_000),
      failed: false,
      outcome: 'done',
    });

    expect(await queue.get(item('a'))).toMatchObject({ dueAt: at(5_000) });
  });

  it('wakes an item that waits for nothing but a wake', async () => {
    await queue.register([item('a')]);
    const [claim] = await claimAll(queue);
    await queue.finish(claim, {
      dueAt: null,
      failed: false,
      outcome: 'stalled',
    });
    time = 10 * 24 * 3_600_000;
    expect(await claimAll(queue)).toEqual([]);

    await queue.wake([item('a')], { reason: 'spec changed' });

    expect(await claimAll(queue)).toHaveLength(1);
  });

  it('knows whether another process had a claim in between', async () => {
    const other = processNamed('p2');
    await queue.register([item('a')]);
    const run = async (process: WorkQueue) => {
      const [claim] = await claimAll(process);
      await process.finish(claim, {
        dueAt: at(time),
        failed: false,
        outcome: 'done',
      });
      return claim.isContinued;
    };
    expect(await run(queue)).toBe(true);
    expect(await run(queue)).toBe(true);
    expect(await run(other)).toBe(false);
    expect(await run(other)).toBe(true);
    expect(await run(queue)).toBe(false);
    // Made anew, it has never been claimed.
    await queue.forget([item('a')]);
    await queue.register([item('a')]);
    expect(await run(other)).toBe(true);
  });

  it('tells of which controllers something was made due', async () => {
    const told: string[][] = [];
    queue.onWake(controllers => told.push([...(controllers ?? [])]));
    await queue.register([item('a'), item('b', { controller: 'kustomize' })]);
    await queue.wake([item('a')], { reason: 'spec changed' });
    await queue.wake([item('c')], { reason: 'unknown' });
    const [claim] = await claimAll(queue);
    await queue.wake([item('a')], { reason: 'spec changed' });
    await queue.finish(claim, { dueAt: null, failed: false, outcome: 'done' });
    const [again] = await claimAll(queue);
    await queue.finish(again, { dueAt: null, failed: false, outcome: 'done' });
    expect(told).toEqual([
      ['source', 'kustomize'],
      ['source'],
      // Woken while it ran, and due again once it has ended.
      ['source'],
      ['source'],
    ]);
  });

  it('counts failures in a row and forgets them on success', async () => {
    await queue.register([item('a')]);
    for (const expected of [1, 2]) {
      const [claim] = await claimAll(queue);
      await queue.finish(claim, {
        dueAt: at(time),
        failed: true,
        outcome: 'retry',
      });
      expect((await queue.get(item('a')))?.failures).toBe(expected);
    }
    const [claim] = await claimAll(queue);
    await queue.finish(claim, {
      dueAt: at(time),
      failed: false,
      outcome: 'done',
    });
    expect((await queue.get(item('a')))?.failures).toBe(0);
  });

  it('takes over from a process that died between claim and finish', async () => {
    const survivor = processNamed('p2');
    await queue.register([item('a')]);
    const [dead] = await claimAll(queue);

    time = LEASE - 1;
    expect(await survivor.recoverLost()).toBe(0);
    time = LEASE + 1;
    expect(await survivor.recoverLost()).toBe(1);

    const [claim] = await claimAll(survivor);
    expect(claim.item).toMatchObject({ name: 'a', lost: 1 });
    expect(claim.fence).toBeGreaterThan(dead.fence);
  });

  it('refuses the result of a process that lost its lease', async () => {
    const survivor = processNamed('p2');
    await queue.register([item('a')]);
    const [late] = await claimAll(queue);
    time = LEASE + 1;
    await survivor.recoverLost();
    const [current] = await claimAll(survivor);

    expect(() => late.assertHeld()).toThrow(LeaseLostError);
    expect(late.signal.aborted).toBe(true);
    expect(
      await queue.finish(late, { dueAt: null, failed: false, outcome: 'done' }),
    ).toBe(false);
    current.assertHeld();
    expect(
      await survivor.finish(current, {
        dueAt: at(LEASE + 60_000),
        failed: false,
        outcome: 'done',
      }),
    ).toBe(true);
  });

  it('keeps a lease alive by heartbeat and reports a lost one', async () => {
    const survivor = processNamed('p2');
    await queue.register([item('a'), item('b')]);
    const claims = await claimAll(queue);
    time = LEASE - 5_000;
    await queue.heartbeat();
    time = LEASE + 5_000;
    claims.forEach(claim => claim.assertHeld());
    expect(await survivor.recoverLost()).toBe(0);

    time = 3 * LEASE;
    await survivor.recoverLost();
    await queue.heartbeat();

    expect(claims.map(claim => claim.signal.aborted)).toEqual([true, true]);
  });

  it('backs off from an item that keeps losing its process', async () => {
    await queue.register([item('a')]);
    const dueAfterLoss: number[] = [];
    for (let round = 0; round < 3; round++) {
      const [claim] = await claimAll(queue);
      expect(claim).toBeDefined();
      time += LEASE + 1;
      await queue.recoverLost();
      const row = await queue.get(item('a'));
      dueAfterLoss.push(row!.dueAt! - at(time));
      time = row!.dueAt! - at(0);
    }
    expect(dueAfterLoss).toEqual([0, 2_000, 4_000]);
  });

  it('takes turns between namespaces', async () => {
    const many = Array.from({ length: 50 }, (_, index) =>
      item(`noisy-${index}`, { namespace: 'noisy' }),
    );
    await queue.register(many);
    time = 1_000;
    await queue.register([
      item('q1', { namespace: 'quiet' }),
      item('q2', { namespace: 'quiet' }),
    ]);

    const first = await claimAll(queue, 4);
    expect(first.map(claim => claim.item.namespace).sort()).toEqual([
      'noisy',
      'noisy',
      'quiet',
      'quiet',
    ]);
    await queue.register([item('q3', { namespace: 'calm' })]);
    const [next] = await claimAll(queue, 1);
    expect(next.item.name).toBe('q3');
  });

  it('drops what a home no longer has', async () => {
    await queue.register([item('a'), item('b'), item('a', { home: 'other' })]);
    const [claim] = await queue.claim({ controller: 'source', limit: 10 });

    await queue.retain(
      { home: 'demo', group: claim.item.group, kind: 'GitRepository' },
      [item('b')],
    );

    expect(await queue.get(item('a'))).toBeUndefined();
    expect(await queue.get(item('b'))).toBeDefined();
    expect(await queue.get(item('a', { home: 'other' }))).toBeDefined();
  });

  it('tells how much work waits and for how long', async () => {
    await queue.register([item('a'), item('b'), item('c')]);
    await claimAll(queue, 1);
    time = 4_000;
    expect(await queue.statistics('source')).toEqual({
      total: 3,
      due: 2,
      running: 1,
      lagMs: 4_000,
    });
    expect(await queue.statistics('kustomize')).toEqual({
      total: 0,
      due: 0,
      running: 0,
      lagMs: 0,
    });
  });

  it('answers a thousand wakes during a run with one more run', async () => {
    await queue.register([item('a')]);
    const [claim] = await claimAll(queue);
    const wakeHundredTimes = () =>
      Promise.all(
        Array.from({ length: 100 }, () =>
          queue.wake([item('a')], { reason: 'trigger' }),
        ),
      );
    for (let round = 0; round < 10; round++) {
      await wakeHundredTimes();
    }
    await queue.finish(claim, {
      dueAt: at(60_000),
      failed: false,
      outcome: 'done',
    });
    const [second] = await claimAll(queue);
    await queue.finish(second, {
      dueAt: at(60_000),
      failed: false,
      outcome: 'done',
    });
    expect(await claimAll(queue)).toEqual([]);
  });
});
