import { migratedDatabases, testDatabaseIds } from '../__testUtils__/databases';
import { Decision, RegisteredManifest } from './Registration';
import { RegistrationStore } from './RegistrationStore';

jest.setTimeout(60_000);

const manifest = (name: string): RegisteredManifest => ({
  entityRef: `kustomization:default/${name}`,
  location: 'url:https://git.test/x.yaml',
  document: '0',
  digest: 'sha256:1',
  findings: [],
  home: 'demo',
  kind: 'Kustomization',
  namespace: 'default',
  name,
});

describe.each(testDatabaseIds)('RegistrationStore on %s', databaseId => {
  const init = migratedDatabases();
  let now: number;
  let store: RegistrationStore;

  beforeEach(async () => {
    now = 1_800_000_000_000;
    store = new RegistrationStore({
      database: await init(databaseId),
      now: () => now,
    });
  });

  async function decide(decision: Partial<Decision>): Promise<number> {
    now += 1_000;
    const [known] = await store.list();
    await store.finish(
      known,
      { state: 'Failed', warnings: [], ...decision },
      { dueAt: now, failures: 1 },
    );
    return (await store.list())[0].updatedAt;
  }

  it('tells which objects the catalog has from a file', async () => {
    for (const name of ['new', 'refused', 'orphaned']) {
      await store.add(manifest(name), 'p');
    }
    await store.add({ ...manifest('homeless'), home: undefined }, 'p');
    const [orphaned, refused] = (await store.list()).filter(({ name }) =>
      ['orphaned', 'refused'].includes(name),
    );
    await store.finish(
      refused,
      { state: 'Rejected', warnings: [] },
      { dueAt: null, failures: 0 },
    );
    await store.markMissing(orphaned.entityRef);
    await store.orphan(orphaned, 'it has gone');
    expect([...(await store.objectIds())].sort()).toEqual([
      'demo/Kustomization/default/new',
      'demo/Kustomization/default/refused',
    ]);
  });

  it('keeps since when a registration is as it is, whatever the attempts say', async () => {
    await store.add(manifest('a'), 'p');
    const first = await decide({ code: 'LocationUnreadable', message: 'one' });
    expect(first).toBe(now);
    const again = await decide({ code: 'LocationUnreadable', message: 'two' });
    expect(again).toBe(first);
    expect(await store.get('kustomization:default/a')).toMatchObject({
      message: 'two',
    });
    expect(await decide({ code: 'ApplyFailed' })).toBe(now);
    expect(await decide({ state: 'Applied' })).toBe(now);
  });

  it('wakes those of a file, or of the files of a pattern', async () => {
    for (const name of ['a', 'b']) {
      await store.add(
        {
          ...manifest(name),
          location: `url:https://u:p@git.test/${name}.yaml`,
        },
        'p',
      );
      const known = await store.get(`kustomization:default/${name}`);
      await store.finish(
        known!,
        { state: 'Applied', warnings: [] },
        { dueAt: now + 60_000, failures: 0 },
      );
    }
    const due = async () =>
      (await store.list()).filter(({ dueAt }) => dueAt! <= now).length;
    expect(await store.wake([])).toBe(0);
    expect(await store.wake(['url:https://git.test/c.yaml'])).toBe(0);
    expect(await store.wake(['url:https://git.test/a.yaml'])).toBe(1);
    expect(await due()).toBe(1);
    expect(await store.wake(['url:https://git.test/*.yaml'])).toBe(2);
    expect(await due()).toBe(2);
  });

  it('lists all, or those of some entities', async () => {
    for (const name of ['b', 'a', 'c']) {
      await store.add(manifest(name), 'p');
    }
    const names = async (entityRefs?: string[]) =>
      (await store.list(entityRefs && { entityRefs })).map(({ name }) => name);
    expect(await names()).toEqual(['a', 'b', 'c']);
    expect(
      await names(['kustomization:default/c', 'kustomization:default/x']),
    ).toEqual(['c']);
    expect(await names([])).toEqual([]);
  });
});
