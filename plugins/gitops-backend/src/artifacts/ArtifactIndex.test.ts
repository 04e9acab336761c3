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
    expect(await index.isHeld('sha256:1')).toBe(true);
    expect(await index.isHeld('sha256:2')).toBe(false);
    expect(await index.list(a.item.id)).toEqual([]);
  });
});
