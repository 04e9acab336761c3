import { migratedDatabases, testDatabaseIds } from '../__testUtils__/databases';
import { ArtifactIndex } from './ArtifactIndex';

jest.setTimeout(60_000);

describe.each(testDatabaseIds)('ArtifactIndex on %s', id => {
  const init = migratedDatabases();

  it('knows which content somebody still holds', async () => {
    let time = 1_000;
    const index = new ArtifactIndex({
      database: await init(id),
      now: () => time,
    });
    const artifact = (objectId: string, digest: string) => ({
      objectId,
      digest,
      revision: `main@${digest}`,
      size: 10,
    });
    await index.add({
      ...artifact('a', 'sha256:1'),
      commit: { message: 'First\n\nbody', author: 'Ada', time: 5 },
      metadata: { origin: 'x' },
    });
    time = 2_000;
    await index.add(artifact('a', 'sha256:2'));
    await index.add(artifact('b', 'sha256:1'));

    expect(await index.list('a')).toEqual([
      {
        ...artifact('a', 'sha256:2'),
        commit: undefined,
        metadata: undefined,
        createdAt: 2_000,
      },
      {
        ...artifact('a', 'sha256:1'),
        commit: { message: 'First\n\nbody', author: 'Ada', time: 5 },
        metadata: { origin: 'x' },
        createdAt: 1_000,
      },
    ]);
    expect(await index.remove('a', ['sha256:1', 'sha256:2'])).toEqual([
      'sha256:2',
    ]);
    expect(await index.isHeld('sha256:1')).toBe(true);
    expect(await index.isHeld('sha256:2')).toBe(false);
    expect(await index.list('a')).toEqual([]);
  });
});
