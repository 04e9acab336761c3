import {
  migratedDatabases,
  testDatabaseIds,
} from '../../__testUtils__/databases';
import { HealthWaits } from './HealthWaits';
import { PendingInventory, unionOf } from './PendingInventory';

jest.setTimeout(60_000);

describe.each(testDatabaseIds)('stores of the controller on %s', id => {
  const init = migratedDatabases();
  const OBJECT = 'demo/kustomize.toolkit.fluxcd.io/Kustomization/default/game';

  it('remembers what a stage was about to create', async () => {
    const pending = new PendingInventory({ database: await init(id) });
    const entry = (n: number) => ({
      id: `default_cm-${n}__ConfigMap`,
      v: 'v1',
    });
    await pending.add(OBJECT, [entry(1), entry(2)], 1);
    await pending.add(OBJECT, [entry(2), entry(3)], 2);
    await pending.add('another', [entry(9)], 1);

    expect(await pending.list(OBJECT)).toEqual([entry(1), entry(2), entry(3)]);
    await pending.clear(OBJECT);
    expect(await pending.list(OBJECT)).toEqual([]);
    expect(await pending.list('another')).toEqual([entry(9)]);
  });

  it('remembers a large stage', async () => {
    const pending = new PendingInventory({ database: await init(id) });
    const entries = Array.from({ length: 1_500 }, (_, n) => ({
      id: `default_cm-${String(n).padStart(4, '0')}__ConfigMap`,
      v: 'v1',
    }));
    await pending.add(OBJECT, entries, 1);
    expect(await pending.list(OBJECT)).toEqual(entries);
  });

  it('remembers what a delivery waits for', async () => {
    const waits = new HealthWaits({ database: await init(id) });
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
    await waits.put(OBJECT, wait);
    expect(await waits.get(OBJECT)).toEqual(wait);
    await waits.put(OBJECT, { ...wait, generation: 4, changed: false });
    expect(await waits.get(OBJECT)).toMatchObject({
      generation: 4,
      changed: false,
    });
    await waits.delete(OBJECT);
    expect(await waits.get(OBJECT)).toBeUndefined();
  });
});

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
