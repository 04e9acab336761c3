import { claimObject } from '../__testUtils__/claims';
import { migratedDatabases, testDatabaseIds } from '../__testUtils__/databases';
import { workId, WorkKey } from '../engine/queue/WorkQueue';
import { ArtifactIndex } from './ArtifactIndex';

jest.setTimeout(60_000);

describe.each(testDatabaseIds)('ArtifactIndex on %s', id => {
  const init = migratedDatabases();

  it('knows which content somebody still holds', async () => {
    let time = 1_000;
    const database = await init(id);
    const index = new ArtifactIndex({ database, now: () => time });
    const keyOf = (name: string): WorkKey => ({
      home: 'demo',
      group: 'source.toolkit.fluxcd.io',
      kind: 'GitRepository',
      namespace: 'default',
      name,
    });
    const a = await claimObject(database, keyOf('a'));
    const b = await claimObject(database, keyOf('b'));
    const artifact = (digest: string) => ({
      digest,
      revision: `main@${digest}`,
      size: 10,
    });
    await index.add(a, {
      ...artifact('sha256:1'),
      commit: { message: 'First\n\nbody', author: 'Ada', time: 5 },
      metadata: { origin: 'x' },
    });
    time = 2_000;
    await index.add(a, artifact('sha256:2'));
    await index.add(b, artifact('sha256:1'));

    expect(await index.list(a.item.id)).toEqual([
      {
        ...artifact('sha256:2'),
        objectId: workId(keyOf('a')),
        commit: undefined,
        metadata: undefined,
        createdAt: 2_000,
      },
      {
        ...artifact('sha256:1'),
        objectId: workId(keyOf('a')),
        commit: { message: 'First\n\nbody', author: 'Ada', time: 5 },
        metadata: { origin: 'x' },
        createdAt: 1_000,
      },
    ]);
    expect(await index.remove(a, ['sha256:1', 'sha256:2'])).toEqual([
      'sha256:2',
    ]);
    expect(await index.held(['sha256:1', 'sha256:2'])).toEqual(
      new Set(['sha256:1']),
    );
    expect(await index.list(a.item.id)).toEqual([]);
  });

  it('takes artifacts from objects that were forgotten for long', async () => {
    let time = 1_000;
    const database = await init(id);
    const index = new ArtifactIndex({ database, now: () => time });
    const keyOf = (name: string): WorkKey => ({
      home: 'demo',
      group: 'source.toolkit.fluxcd.io',
      kind: 'GitRepository',
      namespace: 'default',
      name,
    });
    const kept = await claimObject(database, keyOf('kept'));
    const gone = await claimObject(database, keyOf('gone'));
    const artifact = { digest: 'sha256:1', revision: 'main', size: 10 };
    await index.add(kept, artifact);
    await index.add(gone, artifact);
    const holders = async () => {
      await index.removeForgotten({ since: time - 500 });
      return Promise.all(
        [kept, gone].map(
          async ({ item }) => (await index.list(item.id)).length,
        ),
      );
    };
    await database('gitops_work').where({ id: gone.item.id }).delete();
    expect(await holders()).toEqual([1, 1]);
    time = 1_400;
    await claimObject(database, keyOf('gone'));
    expect(await holders()).toEqual([1, 1]);
    await database('gitops_work').where({ id: gone.item.id }).delete();
    time = 1_800;
    expect(await holders()).toEqual([1, 1]);
    time = 2_400;
    expect(await holders()).toEqual([1, 0]);
  });
});
