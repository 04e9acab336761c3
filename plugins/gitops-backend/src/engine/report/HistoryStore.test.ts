import { claimObject } from '../../__testUtils__/claims';
import {
  migratedDatabases,
  testDatabaseIds,
} from '../../__testUtils__/databases';
import { HistoryEntry, HistoryStore } from './HistoryStore';

jest.setTimeout(60_000);

describe.each(testDatabaseIds)('history on %s', id => {
  const init = migratedDatabases();

  it('tells what was said at revisions, the oldest first, and no traces', async () => {
    const database = await init(id);
    const history = new HistoryStore({ database });
    const claims = await Promise.all(
      ['one', 'two', 'three'].map(name =>
        claimObject(database, {
          ...{
            home: 'demo',
            group: 'g',
            kind: 'K',
            namespace: 'default',
            name,
          },
        }),
      ),
    );
    const entry = (
      revision: string | undefined,
      type: HistoryEntry['type'] = 'Normal',
    ) => ({ at: 1, type, reason: 'Said', message: revision ?? '', revision });
    for (const claim of claims) {
      await history.append(claim, [
        ...[entry('a'), entry('b', 'Warning'), entry('a', 'Trace')],
        ...[entry('c'), entry(undefined), entry('a')],
      ]);
    }
    const [one, two] = claims.map(({ item }) => item.id);
    const found = await history.atRevisions([one, two], ['a', 'b']);
    expect(found.map(({ objectId, revision }) => [objectId, revision])).toEqual(
      [one, two].flatMap(object => [
        [object, 'a'],
        [object, 'b'],
        [object, 'a'],
      ]),
    );
    expect(await history.atRevisions([], ['a'])).toEqual([]);
    expect(await history.atRevisions([one], [])).toEqual([]);
  });
});
