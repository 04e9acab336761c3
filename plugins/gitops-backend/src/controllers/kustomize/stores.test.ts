import { Knex } from 'knex';
import { GitopsObject } from '@backstage-gitops/plugin-gitops-common';
import {
  migratedDatabases,
  testDatabaseIds,
} from '../../__testUtils__/databases';
import { claimObject } from '../../__testUtils__/claims';
import { LeaseLostError } from '../../engine/queue/LeaseLostError';
import { HealthWaits } from './HealthWaits';
import { HeldPrunes } from './HeldPrunes';
import { PendingInventory, unionOf } from './PendingInventory';

jest.setTimeout(60_000);

describe.each(testDatabaseIds)('stores of the controller on %s', id => {
  const init = migratedDatabases();
  const OBJECT = 'demo/kustomize.toolkit.fluxcd.io/Kustomization/default/game';
  const claimOf = (database: Knex, name = 'game') =>
    claimObject(database, {
      home: 'demo',
      group: 'kustomize.toolkit.fluxcd.io',
      kind: 'Kustomization',
      namespace: 'default',
      name,
    });

  it('remembers what a stage was about to create', async () => {
    const database = await init(id);
    const claim = await claimOf(database);
    const pending = new PendingInventory({ database });
    const entry = (n: number) => ({
      id: `default_cm-${n}__ConfigMap`,
      v: 'v1',
    });
    const owner = { id: OBJECT, uid: 'u1' };
    const another = { id: 'another', uid: 'u2' };
    await pending.add(owner, [entry(1), entry(2)], claim);
    await pending.add(owner, [entry(2), entry(3)], claim);
    await pending.add(another, [entry(9)], await claimOf(database, 'another'));

    expect(await pending.list(owner)).toEqual([entry(1), entry(2), entry(3)]);
    await pending.clear(claim);
    expect(await pending.list(owner)).toEqual([]);
    expect(await pending.list(another)).toEqual([entry(9)]);
  });

  it('tells nothing of what is older, or of an object made anew', async () => {
    let now = 1_000;
    const database = await init(id);
    const claim = await claimOf(database);
    const pending = new PendingInventory({ database, now: () => now });
    const owner = { id: OBJECT, uid: 'u1' };
    const entry = (name: string) => ({
      id: `default_${name}__ConfigMap`,
      v: 'v1',
    });
    await pending.add(owner, [entry('old')], claim);
    now = 2_000;
    await pending.add(owner, [entry('new')], claim);
    expect(await pending.list(owner, 1_001)).toEqual([entry('new')]);
    expect(await pending.list({ id: OBJECT, uid: 'u2' })).toEqual([]);
    await pending.add({ id: OBJECT, uid: 'u2' }, [entry('old')], claim);
    expect(await pending.list({ id: OBJECT, uid: 'u2' })).toEqual([
      entry('old'),
    ]);
  });

  it('shows a held prune of the very object that says it is held', async () => {
    const database = await init(id);
    const claim = await claimOf(database);
    const prunes = new HeldPrunes({ database });
    const digest = `sha256:${'a'.repeat(64)}`;
    const held = {
      digest,
      reason: 'mass-prune' as const,
      total: 3,
      entries: [{ id: 'default_a__ConfigMap', v: 'v1' }],
      heldAt: 1_800_000_000_000,
    };
    const object = (uid: string, message?: string): GitopsObject => ({
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'game', uid },
      spec: {},
      status: {
        conditions: message
          ? [
              {
                type: 'PruneHeld',
                status: 'True',
                reason: 'MassPrune',
                message,
                lastTransitionTime: '2026-11-22T12:00:00Z',
              },
            ]
          : [],
      },
    });
    const present = object('u1', `held: ${digest}`);
    await prunes.put(claim, present, held);
    await prunes.put(claim, present, { ...held, total: 4 });
    expect(await prunes.get(OBJECT, present)).toEqual({ ...held, total: 4 });
    // What a restored database remembers, and the object does not say.
    expect(await prunes.get(OBJECT, object('u1'))).toBeUndefined();
    expect(
      await prunes.get(
        OBJECT,
        object('u1', `held: ${digest.replace('a', 'b')}`),
      ),
    ).toBeUndefined();
    expect(
      await prunes.get(OBJECT, object('u2', `held: ${digest}`)),
    ).toBeUndefined();
    await prunes.delete(claim);
    expect(await prunes.get(OBJECT, present)).toBeUndefined();
  });

  it('remembers a large stage', async () => {
    const database = await init(id);
    const claim = await claimOf(database);
    const pending = new PendingInventory({ database });
    const entries = Array.from({ length: 1_500 }, (_, n) => ({
      id: `default_cm-${String(n).padStart(4, '0')}__ConfigMap`,
      v: 'v1',
    }));
    const owner = { id: OBJECT, uid: 'u1' };
    await pending.add(owner, entries, claim);
    expect(await pending.list(owner)).toEqual(entries);
  });

  it('remembers what a delivery waits for', async () => {
    const database = await init(id);
    const claim = await claimOf(database);
    const waits = new HealthWaits({ database });
    const wait = {
      revision: 'main@sha1:abc',
      generation: 3,
      requestedAt: undefined,
      targets: [
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          namespace: 'default',
          name: 'game',
        },
      ],
      changed: true,
      buildDigest: 'sha256:00',
      startedAt: 1_800_000_000_000,
      deadline: 1_800_000_030_000,
    };
    expect(await waits.get(OBJECT)).toBeUndefined();
    await waits.put(claim, wait);
    expect(await waits.get(OBJECT)).toEqual(wait);
    await waits.put(claim, { ...wait, generation: 4, changed: false });
    expect(await waits.get(OBJECT)).toMatchObject({
      generation: 4,
      changed: false,
    });
    await waits.delete(claim);
    expect(await waits.get(OBJECT)).toBeUndefined();
  });
});

describe.each(testDatabaseIds)(
  'a claim that another process took, on %s',
  id => {
    const init = migratedDatabases();

    it('writes nothing more', async () => {
      const database = await init(id);
      const key = {
        home: 'demo',
        group: 'kustomize.toolkit.fluxcd.io',
        kind: 'Kustomization',
        namespace: 'default',
        name: 'game',
      };
      const claim = await claimObject(database, key);
      const owner = { id: claim.item.id, uid: 'u1' };
      const pending = new PendingInventory({ database });
      await database('gitops_work').update({
        fence: claim.fence + 1,
        claim_owner: 'another',
      });
      // By its own clock it still holds it.
      claim.assertHeld();
      await expect(
        pending.add(owner, [{ id: 'default_a__ConfigMap', v: 'v1' }], claim),
      ).rejects.toThrow(LeaseLostError);
      expect(await pending.list(owner)).toEqual([]);
      expect(claim.signal.aborted).toBe(true);
    });
  },
);

describe('unionOf', () => {
  it('prefers the first list', () => {
    expect(
      unionOf(
        [{ id: 'a', v: 'v1' }],
        [
          { id: 'a', v: 'v2' },
          { id: 'b', v: 'v2' },
        ],
      ),
    ).toEqual([
      { id: 'a', v: 'v1' },
      { id: 'b', v: 'v2' },
    ]);
  });
});
