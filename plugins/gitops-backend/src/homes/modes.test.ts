import {
  crdOf,
  GitRepository,
  gitRepositoryKind,
  Kustomization,
  kustomizationKind,
} from '@backstage-gitops/plugin-gitops-common';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { Gitops } from '../createGitops';
import { migratedDatabases } from '../__testUtils__/databases';
import {
  gitRepository,
  kustomization,
  PORTAL_AGENT,
  readyOf,
  World,
} from '../__testUtils__/world';
import { OtherWriters } from './OtherWriters';

jest.setTimeout(120_000);

describe('modes of a home', () => {
  const init = migratedDatabases();
  let world: World;
  let url: string;

  beforeEach(async () => {
    world = await World.start();
    ({ url } = await world.sandbox.git.createRepository('team/app', {
      'app/config.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n',
    }));
    for (const kind of [gitRepositoryKind, kustomizationKind]) {
      const crd = crdOf(kind);
      await world.apply(crd);
      await world.until<KubernetesObject>(
        { ...crd, name: crd.metadata.name },
        object =>
          JSON.stringify(object?.status ?? '').includes('"Established"'),
      );
    }
  });

  afterEach(() => world.stop());

  const writes = () =>
    world.sandbox.kubernetes.requests
      .list()
      .filter(
        ({ method, query, userAgent }) =>
          method !== 'GET' &&
          userAgent === PORTAL_AGENT &&
          query.dryRun !== 'All',
      );

  const historyOf = async (portal: Gitops, kind: string, name: string) => {
    const group =
      kind === 'Kustomization'
        ? kustomizationKind.group
        : gitRepositoryKind.group;
    const entries = await portal.history.list({
      objectId: `demo/${group}/${kind}/default/${name}`,
      limit: 50,
    });
    return entries.map(({ reason, message }) => `${reason}: ${message}`);
  };

  const lease = (renewTime: string): KubernetesObject => ({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: 'kustomize-controller-leader-election',
      namespace: 'default',
    },
    spec: { holderIdentity: 'kustomize-controller-0', renewTime },
  });

  it('plans by dry run and writes nothing', async () => {
    await world.apply(gitRepository(url));
    await world.apply(kustomization());
    const planned = world.nextLog(/Plan for revision/);
    const portal = await world.startPortal(await init('SQLITE_3'), {
      mode: 'plan',
      logger: world.logger,
    });
    await planned;

    expect(
      (await historyOf(portal, 'Kustomization', 'app')).join('\n'),
    ).toMatch(
      /Planned: Plan for revision main@sha1:[0-9a-f]{40}: 1 to create, 0 to change, 0 to delete, 0 unchanged\nConfigMap\/default\/settings would be created/,
    );
    expect(writes()).toEqual([]);
    for (const object of [gitRepository(url), kustomization()]) {
      const live = await world.client.get<GitRepository | Kustomization>({
        ...object,
        namespace: 'default',
        name: object.metadata.name,
      });
      expect(live?.metadata.finalizers).toBeUndefined();
      expect(live?.status?.conditions).toBeUndefined();
    }
  });

  it('observes while Flux runs in the home, and takes over when it is gone', async () => {
    await world.apply(lease('2999-01-01T00:00:00.000000Z'));
    await world.apply(gitRepository(url));
    const noticed = world.nextLog(/Flux's controllers run in home demo/);
    const portal = await world.startPortal(await init('SQLITE_3'), {
      logger: world.logger,
    });
    expect(await noticed).toContain('default/kustomize-controller');
    const home = portal.homes.find('demo')!;
    expect(home.mode).toBe('observe');
    expect(home.writer).toBe('default/kustomize-controller');
    expect(await portal.queue.statistics()).toMatchObject({ total: 0 });
    expect(writes()).toEqual([]);

    await world.apply(lease('2020-01-01T00:00:00.000000Z'));
    const changed = await new OtherWriters({
      home,
      logger: world.logger,
    }).check();
    expect(changed).toBe(true);
    expect(home.mode).toBe('reconcile');
  });

  it('ties the rows of the queue to entities of the catalog', async () => {
    const source = gitRepository(url);
    await world.apply(source);
    const portal = await world.startPortal(await init('SQLITE_3'), {
      entityRefOf: (_, { metadata }) => metadata.annotations?.entity,
    });
    const ref = { ...source, namespace: 'default', name: 'repo' };
    const key = {
      home: 'demo',
      group: gitRepositoryKind.group,
      kind: 'GitRepository',
      namespace: 'default',
      name: 'repo',
    };
    await world.until<GitRepository>(
      ref,
      object => readyOf(object)?.status === 'True',
    );
    expect(await portal.queue.get(key)).toMatchObject({ entityRef: undefined });

    await world.client.patch(ref, {
      type: 'merge',
      body: {
        metadata: {
          annotations: {
            entity: 'gitrepository:default/repo',
            'reconcile.fluxcd.io/requestedAt': 'now',
          },
        },
      },
    });
    await world.until<GitRepository>(
      ref,
      object => object?.status?.lastHandledReconcileAt === 'now',
    );
    expect(await portal.queue.get(key)).toMatchObject({
      entityRef: 'gitrepository:default/repo',
    });
  });

  it('goes on by itself when a home that was down is back', async () => {
    const { faults } = world.sandbox.kubernetes;
    const failed = world.nextLog(/could not be prepared|Watching .* failed/);
    faults.inject({
      status: 503,
      match: ({ userAgent }) => userAgent === PORTAL_AGENT,
    });
    const portal = await world.startPortal(await init('SQLITE_3'), {
      logger: world.logger,
    });
    await failed;
    expect(portal.homes.find('demo')!.state).toMatchObject({
      connected: false,
      error: expect.any(String),
    });
    faults.clear();
    await world.apply(gitRepository(url));
    const source = await world.until<GitRepository>(
      {
        ...gitRepository(url),
        namespace: 'default',
        name: 'repo',
      },
      object => readyOf(object)?.status === 'True',
      60_000,
    );
    expect(source.status?.artifact?.revision).toMatch(/^main@sha1:/);
    expect(portal.homes.find('demo')!.state).toMatchObject({
      connected: true,
    });
  });
});
