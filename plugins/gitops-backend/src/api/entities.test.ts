import { mockCredentials } from '@backstage/backend-test-utils';
import {
  GitopsAnnotation,
  PublishedEntitiesQuery,
  PublishedEntityList,
} from '@backstage-gitops/plugin-gitops-common';
import { Registration } from '../catalog/Registration';
import { ApiWorld, NOW } from './__testUtils__/ApiWorld';
import { gitRepository, kustomization } from './__testUtils__/objects';

const CANARY = 'canary-93b7';
const FILE = 'url:http://git.test/raw/team/game/main/gitops/game.yaml';

let world: ApiWorld;
beforeEach(() => {
  world = new ApiWorld({ local: 'reconcile', edge: 'observe' });
  world.homes.forEach(home => home.expectKinds([]));
  asService('plugin:catalog');
});

function asService(subject: string): void {
  world.authorization = mockCredentials.service.header({
    onBehalfOf: mockCredentials.service(subject),
    targetPluginId: 'test',
  });
}

const list = (
  query: Partial<PublishedEntitiesQuery> = {},
): Promise<PublishedEntityList> =>
  world.typedClient().listPublishedEntities({ home: 'local', ...query });

const namesOf = ({ items }: PublishedEntityList) =>
  items.map(({ metadata }) => metadata.name);

const registered = (
  name: string,
  state: Registration['state'],
): Registration => ({
  entityRef: `kustomization:default/${name}`,
  location: FILE,
  document: '0',
  digest: 'sha256:00',
  findings: [],
  home: 'local',
  kind: 'Kustomization',
  namespace: 'default',
  name,
  objectId: `local/Kustomization/default/${name}`,
  state,
  warnings: [],
  appliedAt: null,
  revision: 1,
  failures: 0,
  dueAt: null,
  missingSince: null,
  updatedAt: NOW,
});

describe('published entities', () => {
  it('are slim', async () => {
    world.put(
      kustomization('app', {
        annotations: {
          [GitopsAnnotation.owner]: 'team-game',
          [GitopsAnnotation.component]: 'game',
          'backstage.io/kubernetes-id': 'game',
          note: CANARY,
        },
        labels: { note: CANARY },
        message: CANARY,
        spec: {
          dependsOn: [{ name: 'base' }],
          patches: [{ patch: CANARY }],
          postBuild: { substitute: { password: CANARY } },
          path: `./${CANARY}`,
        },
        status: { lastAppliedRevision: CANARY },
      }),
    );
    world.put(
      gitRepository('game-repo', {
        spec: { url: `https://user:${CANARY}@git.example/x.git` },
      }),
    );
    const { items, ...rest } = await list();
    expect(items).toEqual([
      {
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind: 'GitRepository',
        metadata: {
          name: 'game-repo',
          namespace: 'default',
          annotations: {
            'backstage-gitops.io/home': 'local',
            'backstage-gitops.io/object-name': 'game-repo',
          },
        },
        spec: { type: 'source' },
      },
      {
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        metadata: {
          name: 'app',
          namespace: 'default',
          annotations: {
            'backstage-gitops.io/home': 'local',
            'backstage-gitops.io/object-name': 'app',
            'backstage.io/kubernetes-id': 'game',
          },
        },
        spec: {
          type: 'kustomize',
          owner: 'group:default/team-game',
          component: 'component:default/game',
          sources: ['gitrepository:default/game-repo'],
          dependsOn: ['kustomization:default/base'],
        },
      },
    ]);
    expect(JSON.stringify(items)).not.toContain(CANARY);
    expect(rest).toMatchObject({ complete: true, reset: false, removed: [] });
  });

  it('have names of their home, and refer to such', async () => {
    const long = 'n'.repeat(80);
    world.put(
      kustomization(long, { spec: { dependsOn: [{ name: long }] } }),
      'edge',
    );
    const { items } = await list({ home: 'edge' });
    const [{ metadata, spec }] = items;
    expect(metadata.name).toHaveLength(63);
    expect(metadata.annotations).toMatchObject({
      'backstage-gitops.io/home': 'edge',
      'backstage-gitops.io/object-name': long,
    });
    expect(spec).toMatchObject({
      sources: ['gitrepository:default/game-repo_edge'],
      dependsOn: [`kustomization:default/${metadata.name}`],
    });
  });

  it('have the owner that the claims for their namespace agree on', async () => {
    const claim = (owner: string | undefined, namespaces: string[]) => ({
      location: { host: 'git.test' },
      home: 'local',
      namespaces,
      owner,
    });
    world.claims.push(
      claim('group:default/a', ['one', 'two']),
      claim('a', ['one']),
      claim('b', ['two']),
    );
    for (const namespace of ['one', 'two', 'three']) {
      world.put(kustomization('app', { namespace }));
    }
    expect((await list()).items.map(({ spec }) => spec.owner)).toEqual([
      'group:default/a',
      undefined,
      undefined,
    ]);
  });

  it('are listed page by page, and what changed since', async () => {
    for (const name of ['a', 'b', 'c']) {
      world.put(kustomization(name));
    }
    const first = await list({ limit: 2 });
    expect(namesOf(first)).toEqual(['a', 'b']);
    // Between two pages things change: what stays is listed, the rest is told.
    world.remove(kustomization('a'));
    world.put(kustomization('aa'));
    const second = await list({ limit: 2, cursor: first.pageInfo.nextCursor });
    expect(namesOf(second)).toEqual(['c']);
    expect(second.pageInfo).toEqual({});

    const changes = await list({ since: first.state });
    expect(namesOf(changes)).toEqual(['aa']);
    expect(changes.removed).toEqual(['kustomization:default/a']);

    // A status is no change.
    world.put(kustomization('b', { word: 'Failed' }));
    world.put(kustomization('c', { spec: { dependsOn: [{ name: 'b' }] } }));
    const more = await list({ since: changes.state });
    expect(namesOf(more)).toEqual(['c']);
    expect(await list({ since: more.state })).toMatchObject({
      items: [],
      removed: [],
      totalItems: 3,
    });
  });

  it('have the same state at another replica and after a restart', async () => {
    for (const name of ['a', 'b', 'c']) {
      world.put(kustomization(name));
    }
    world.remove(kustomization('b'));
    const { state } = await list();
    world = new ApiWorld();
    world.home().expectKinds([]);
    asService('plugin:catalog');
    for (const name of ['c', 'a']) {
      world.put(kustomization(name, { word: 'Failed' }));
    }
    expect(await list({ since: state })).toMatchObject({
      reset: false,
      items: [],
      removed: [],
      state,
    });
    expect(await list({ since: 'of-another-life' })).toMatchObject({
      complete: true,
      reset: true,
      items: [],
      removed: [],
    });
  });

  it('begin anew where too much has changed', async () => {
    const { state } = await list();
    for (let i = 0; i <= 1_000; i++) {
      world.put(kustomization(`app-${i}`));
    }
    expect(await list({ since: state })).toMatchObject({ reset: true });
  });

  it('stay while their home does not tell all of them', async () => {
    world.put(kustomization('a'));
    const { state } = await list();
    world.home().markFailed('connect ECONNREFUSED');
    world.remove(kustomization('a'));
    expect(await list({ since: state })).toMatchObject({
      complete: false,
      reason: 'home local is not connected: connect ECONNREFUSED',
      items: [],
      removed: [],
    });
    expect(await list()).toMatchObject({ complete: false, items: [] });

    world.home().markConnected();
    world.home().expectKinds(['Kustomization']);
    expect((await list()).reason).toContain('not all been listed');
    world.home().markListed('Kustomization');
    world.knowsRegistrations = false;
    expect((await list()).reason).toContain('registered');
  });

  it('leave out what is registered, until it is orphaned', async () => {
    for (const name of ['applied', 'new', 'orphaned', 'refused', 'other']) {
      world.put(kustomization(name));
    }
    world.registrations.push(
      registered('applied', 'Applied'),
      registered('new', undefined),
      registered('orphaned', 'Orphaned'),
      registered('refused', 'Rejected'),
    );
    expect(namesOf(await list())).toEqual(['orphaned', 'other']);
  });

  it('make way for a file that a claim admits, and for no other', async () => {
    const taken = (name: string, location = FILE) =>
      world.catalogErrors.push({
        entityRef: `kustomization:default/${name}`,
        location,
        code: 'NameTaken',
        message: 'it is in the catalog already',
        firstSeenAt: NOW,
        lastSeenAt: NOW,
      });
    world.claims.push({
      location: { host: 'git.test', repository: 'team/game', ref: 'main' },
      home: 'local',
      namespaces: ['default'],
    });
    world.put(kustomization('claimed'));
    world.put(kustomization('unclaimed'));
    world.put(
      kustomization('rendered', {
        labels: { 'kustomize.toolkit.fluxcd.io/name': 'parent' },
      }),
    );
    const before = await list();
    expect(before.items).toHaveLength(3);
    taken('claimed');
    taken('rendered');
    taken('unclaimed', FILE.replace('/main/', '/fork/'));
    taken('unclaimed', 'gitops-home:local');
    const after = await list({ since: before.state });
    expect(after.removed).toEqual(['kustomization:default/claimed']);
    expect(after.totalItems).toBe(2);

    // The catalog has it now; that it is registered is known a little later.
    world.catalogErrors.length = 0;
    expect((await list()).totalItems).toBe(2);
    world.now += 60_000;
    expect((await list()).totalItems).toBe(3);
  });

  it('are not of kinds that are not chosen', async () => {
    world.put({
      ...kustomization('chart'),
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'HelmChart',
    });
    expect((await list()).items).toEqual([]);
  });

  it('are for the catalog alone', async () => {
    for (const authorization of [
      mockCredentials.user.header('user:default/ada'),
      mockCredentials.service.header({
        onBehalfOf: mockCredentials.service('plugin:other'),
        targetPluginId: 'test',
      }),
    ]) {
      world.authorization = authorization;
      expect((await world.get('/entities?home=local')).status).toBe(403);
    }
  });

  it.each([
    ['no home', '', 400],
    ['an unknown home', '?home=nowhere', 404],
    ['a broken cursor', '?home=local&cursor=eA', 400],
    ['both ways at once', '?home=local&since=a&cursor=Pg', 400],
    ['too long pages', '?home=local&limit=1001', 400],
  ])('are refused with %s', async (_, query, status) => {
    expect((await world.get(`/entities${query}`)).status).toBe(status);
  });
});
