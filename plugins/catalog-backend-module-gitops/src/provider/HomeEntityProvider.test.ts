import { mockServices } from '@backstage/backend-test-utils';
import { Entity, stringifyEntityRef } from '@backstage/catalog-model';
import {
  EntityProviderConnection,
  EntityProviderMutation,
} from '@backstage/plugin-catalog-node';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import {
  PublishedEntitiesQuery,
  PublishedEntity,
  PublishedEntityList,
} from '@backstage-gitops/plugin-gitops-common';
import { HomeEntityProvider } from './HomeEntityProvider';
import { NameClashes } from './NameClashes';

const published = (name: string): PublishedEntity => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: {
    name,
    namespace: 'apps',
    annotations: {
      'backstage-gitops.io/home': 'demo',
      'backstage-gitops.io/object-name': `${name}-long`,
    },
  },
  spec: { type: 'kustomize' },
});

const refOf = (name: string) => `kustomization:apps/${name}`;

describe('HomeEntityProvider', () => {
  const logger = mockServices.logger.mock();
  let asked: PublishedEntitiesQuery[];
  let answers: (Partial<PublishedEntityList> | Error)[];
  let mutations: EntityProviderMutation[];
  let refreshed: string[][];
  let present: Entity[];
  let told: string[];
  let rivals: Record<string, string[]>;
  let provider: HomeEntityProvider;

  const connection: EntityProviderConnection = {
    applyMutation: async mutation => {
      mutations.push(mutation);
    },
    refresh: async ({ keys }) => {
      refreshed.push(keys);
    },
  };

  /** Connects without the loop, which has a clock of its own. */
  async function connect(): Promise<void> {
    await provider.connect(connection);
    await provider.run({ everything: false });
  }

  beforeEach(() => {
    jest.clearAllMocks();
    asked = [];
    answers = [];
    mutations = [];
    refreshed = [];
    present = [];
    told = [];
    rivals = {};
    provider = new HomeEntityProvider({
      home: 'demo',
      list: async query => {
        asked.push(query);
        const answer = answers.shift() ?? {};
        if (answer instanceof Error) {
          throw answer;
        }
        return {
          complete: true,
          reset: false,
          state: 'same',
          items: [],
          removed: [],
          totalItems: 0,
          pageInfo: {},
          ...answer,
        };
      },
      clashes: new NameClashes({
        home: 'demo',
        catalog: {
          getEntitiesByRefs: (...args) =>
            catalogServiceMock({ entities: present }).getEntitiesByRefs(
              ...args,
            ),
        },
        auth: mockServices.auth(),
        reporter: {
          nameTaken: ({ entityRef, location, from }) =>
            told.push(`${entityRef} of ${location} is taken by ${from}`),
          nameFree: ({ entityRef }) => told.push(`${entityRef} is free`),
        },
        validForSeconds: 900,
      }),
      rivalsOf: entityRef => rivals[entityRef] ?? [],
      appUrl: 'https://portal.test/',
      // The first run is made by the loop, every other one by the test.
      pollMs: 2 ** 30,
      logger,
    });
  });
  afterEach(() => provider.stop());

  const namesIn = (mutation: EntityProviderMutation | undefined) =>
    (mutation?.type === 'full'
      ? mutation.entities
      : (mutation?.added ?? [])
    ).map(({ entity }) => entity.metadata.name);

  it('takes everything at first, under a key that no file has', async () => {
    answers = [
      { state: 'one', items: [published('a')], pageInfo: { nextCursor: 'x' } },
      { state: 'two', items: [published('b')] },
    ];
    await connect();
    expect(provider.getProviderName()).toBe('gitops-home:demo');
    const [mutation] = mutations;
    expect(mutation.type).toBe('full');
    expect(namesIn(mutation)).toEqual(['a', 'b']);
    expect(mutation.type === 'full' && mutation.entities[0]).toEqual({
      locationKey: 'gitops-home:demo',
      entity: {
        ...published('a'),
        metadata: {
          ...published('a').metadata,
          annotations: {
            ...published('a').metadata.annotations,
            'backstage.io/managed-by-location': 'gitops-home:demo',
            'backstage.io/managed-by-origin-location': 'gitops-home:demo',
          },
          links: [
            {
              url: 'https://portal.test/gitops/objects/demo/Kustomization/apps/a-long',
              title: 'GitOps object',
            },
          ],
        },
      },
    });
    // What changed between the pages is asked for since the first one.
    expect(asked.at(-1)).toEqual({ home: 'demo', since: 'one' });
  });

  it('takes over what changes after that', async () => {
    answers = [{ state: 'one', items: [published('a')] }, { state: 'one' }];
    await connect();
    expect(mutations).toHaveLength(1);
    rivals = { [refOf('a')]: ['url:https://git.test/a.yaml'] };
    answers = [
      { state: 'two', items: [published('b')], removed: [refOf('a')] },
    ];
    await provider.run({ everything: false });
    expect(mutations.at(-1)).toMatchObject({
      type: 'delta',
      removed: [{ entityRef: refOf('a'), locationKey: 'gitops-home:demo' }],
    });
    expect(namesIn(mutations.at(-1))).toEqual(['b']);
    // The file that wanted the name is read again at once.
    expect(refreshed).toEqual([['url:https://git.test/a.yaml']]);
    await provider.run({ everything: false });
    expect(asked.at(-1)).toEqual({ home: 'demo', since: 'two' });
  });

  it('lists everything again where the plugin knows no changes, or it is time', async () => {
    answers = [{ items: [published('a')] }, {}];
    await connect();
    answers = [{ reset: true }, { state: 'new', items: [published('b')] }];
    await provider.run({ everything: false });
    expect(mutations.at(-1)?.type).toBe('full');
    expect(namesIn(mutations.at(-1))).toEqual(['b']);
    answers = [{ items: [published('c')] }];
    await provider.run({ everything: true });
    expect(namesIn(mutations.at(-1))).toEqual(['c']);
  });

  it('changes nothing while somebody does not answer', async () => {
    answers = [{ items: [published('a')] }, {}];
    await connect();
    for (const everything of [true, false]) {
      answers = [{ complete: false, reason: 'home demo is not connected' }];
      await provider.run({ everything });
      answers = [new Error('connect ECONNREFUSED')];
      await provider.run({ everything });
    }
    // The home went away between two pages.
    answers = [
      { items: [published('a')], pageInfo: { nextCursor: 'x' } },
      { complete: false },
    ];
    await provider.run({ everything: true });
    expect(mutations).toHaveLength(1);
  });

  it('says once that something is wrong, not for a moment at the start', async () => {
    const refusal = new Error('connect ECONNREFUSED');
    answers = [refusal, refusal, refusal];
    await connect();
    await provider.run({ everything: false });
    expect(logger.warn).not.toHaveBeenCalled();
    answers = [refusal, refusal, refusal];
    for (let i = 0; i < 3; i++) {
      await provider.run({ everything: false });
    }
    expect(logger.warn).toHaveBeenCalledTimes(1);
    expect(logger.warn).toHaveBeenCalledWith(
      expect.stringContaining('what was published stays'),
    );
  });

  it('leaves names that are taken to whoever has them, and says so', async () => {
    present = [
      entityOf('a', 'url:https://git.test/a.yaml'),
      entityOf('b', 'gitops-home:demo'),
    ];
    answers = [{ items: ['a', 'b', 'c'].map(published) }, {}];
    await connect();
    expect(namesIn(mutations[0])).toEqual(['b', 'c']);
    expect(told).toEqual([
      `${refOf('a')} of gitops-home:demo is taken by url:https://git.test/a.yaml`,
    ]);

    present = [];
    answers = [{ items: ['a', 'b'].map(published) }];
    await provider.run({ everything: true });
    expect(namesIn(mutations.at(-1))).toEqual(['a', 'b']);
    expect(told.at(-1)).toBe(`${refOf('a')} is free`);
  });

  function entityOf(name: string, location: string): Entity {
    const { apiVersion, kind, metadata } = published(name);
    const entity = {
      apiVersion,
      kind,
      metadata: {
        ...metadata,
        annotations: { 'backstage.io/managed-by-location': location },
      },
    };
    expect(stringifyEntityRef(entity)).toBe(refOf(name));
    return entity;
  }
});
