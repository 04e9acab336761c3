import {
  migratedDatabases,
  testDatabaseIds,
} from '../../__testUtils__/databases';
import { DatabaseWorkQueue } from '../../engine/queue/DatabaseWorkQueue';
import { workId } from '../../engine/queue/WorkQueue';
import { DatabaseWorkReader } from './WorkReader';

const key = (name: string) => ({
  home: 'local',
  group: 'kustomize.toolkit.fluxcd.io',
  kind: 'Kustomization',
  namespace: 'default',
  name,
});

describe.each(testDatabaseIds)('DatabaseWorkReader on %s', databaseId => {
  const openDatabase = migratedDatabases();

  it('finds many items, and whether they run', async () => {
    const database = await openDatabase(databaseId);
    const clock = { now: 1_000 };
    const queue = new DatabaseWorkQueue({
      database,
      owner: 'test',
      leaseMs: 500,
      now: () => clock.now,
    });
    const names = Array.from({ length: 250 }, (_, i) => `app-${i}`);
    await queue.register(
      names.map(name => ({
        ...key(name),
        controller: name === 'app-7' ? 'source' : 'kustomize',
        entityRef: `kustomization:default/${name}`,
      })),
    );
    await queue.claim({ controller: 'source', limit: 1 });
    const reader = new DatabaseWorkReader({ database, now: () => clock.now });
    const found = await reader.find([...names, 'other'].map(key));
    expect(found.size).toBe(250);
    expect(found.get(workId(key('app-8')))).toMatchObject({
      running: false,
      dueAt: 1_000,
      entityRef: 'kustomization:default/app-8',
    });
    expect(found.get(workId(key('app-7')))).toMatchObject({
      running: true,
      dueAt: null,
    });
    // A lease that ended is nobody's run.
    clock.now = 2_000;
    const later = await reader.find([key('app-7')]);
    expect(later.get(workId(key('app-7')))?.running).toBe(false);
    expect((await reader.find([])).size).toBe(0);
  });
});
