import { CatalogErrorReport } from '@backstage-gitops/plugin-gitops-common';
import { migratedDatabases, testDatabaseIds } from '../__testUtils__/databases';
import { CatalogErrorStore, errorOfFile } from './CatalogErrorStore';

jest.setTimeout(60_000);

type Told = CatalogErrorReport['errors'][number];

const LOCATION = 'location:default/generated-1';
const FILE = 'url:https://git.test/team/game/blob/main/gitops/game.yaml';

const told = (options: Partial<Told> = {}): Told => ({
  entityRef: LOCATION,
  location: FILE,
  code: 'LocationUnreadable',
  message: '404 Not Found',
  validForSeconds: 60,
  ...options,
});

describe.each(testDatabaseIds)('CatalogErrorStore on %s', databaseId => {
  const init = migratedDatabases();
  let now: number;
  let store: CatalogErrorStore;

  beforeEach(async () => {
    now = 1_800_000_000_000;
    store = new CatalogErrorStore({
      database: await init(databaseId),
      now: () => now,
    });
  });

  const report = (
    errors: Told[],
    resolved: CatalogErrorReport['resolved'] = [],
  ) => store.report({ errors, resolved });

  it('keeps since when an error stands, and tells only of what changed', async () => {
    expect(await report([told()])).toEqual([FILE]);
    now += 30_000;
    expect(await report([told()])).toEqual([]);
    expect(await store.list()).toEqual([
      {
        entityRef: LOCATION,
        location: FILE,
        code: 'LocationUnreadable',
        message: '404 Not Found',
        firstSeenAt: now - 30_000,
        lastSeenAt: now,
      },
    ]);
    expect(await report([told({ message: '503' })])).toEqual([FILE]);
  });

  it('forgets what is resolved, and what nobody says any more', async () => {
    await report([told(), told({ entityRef: 'location:default/other' })]);
    expect(await report([], [{ entityRef: LOCATION }])).toEqual([FILE]);
    expect((await store.list()).map(({ entityRef }) => entityRef)).toEqual([
      'location:default/other',
    ]);
    now += 60_001;
    expect(await store.list()).toEqual([]);
  });

  it('replaces what was said of an entity, but not that its name is taken', async () => {
    await report([
      told({ location: 'url:https://git.test/a.yaml' }),
      told({ location: 'url:https://git.test/b.yaml' }),
      told({ location: 'url:https://git.test/c.yaml', code: 'NameTaken' }),
    ]);
    await report([told({ location: 'url:https://git.test/b.yaml' })]);
    expect((await store.list()).map(({ location }) => location)).toEqual([
      'url:https://git.test/b.yaml',
      'url:https://git.test/c.yaml',
    ]);
    await report(
      [],
      [{ entityRef: LOCATION, location: 'url:https://git.test/c.yaml' }],
    );
    expect(await store.list()).toHaveLength(1);
  });

  it('keeps no user and no password of addresses', async () => {
    await report([
      told({
        location: 'url:https://ada:hunter2@git.test/a.yaml',
        message: 'https://ada:hunter2@git.test/a.yaml could not be read',
      }),
    ]);
    expect(JSON.stringify(await store.list())).not.toContain('hunter2');
    expect(
      errorOfFile(await store.list(), 'url:https://bob:other@git.test/a.yaml'),
    ).toBeDefined();
  });

  it.each([
    ['the file itself', told(), true],
    [
      'a pattern',
      told({ location: FILE.replace('game.yaml', '*.yaml') }),
      true,
    ],
    [
      'a deep pattern',
      told({ location: FILE.replace('gitops/game.yaml', '**/*.yaml') }),
      true,
    ],
    [
      'a pattern of another folder',
      told({ location: FILE.replace('gitops/game.yaml', '*.yaml') }),
      false,
    ],
    ['another file', told({ location: `${FILE}x` }), false],
    ['one of its documents', told({ code: 'EntityRejected' }), false],
  ])('knows an error of %s', async (_, error, expected) => {
    await report([error]);
    expect(errorOfFile(await store.list(), FILE) !== undefined).toBe(expected);
  });
});
