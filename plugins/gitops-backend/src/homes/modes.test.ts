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

  const until = async (condition: () => boolean) => {
    while (!condition()) {
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  };

  const lease = (controller: string, renewTime: string): KubernetesObject => ({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: `${controller}-leader-election`,
      namespace: 'default',
    },
    spec: {
      holderIdentity: `${controller}-0`,
      leaseDurationSeconds: 600,
      renewTime,
    },
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
    // What time it is there does not matter.
    await world.apply(
      lease('source-controller', '2020-01-01T00:00:00.000000Z'),
    );
    await world.apply(gitRepository(url));
    const noticed = world.nextLog(/is reconciled by others/);
    const portal = await world.startPortal(await init('SQLITE_3'), {
      logger: world.logger,
    });
    expect(await noticed).toContain('default/source-controller');
    const home = portal.homes.find('demo')!;
    await until(() => home.state.connected);
    expect(home.mode).toBe('observe');
    expect(home.writer).toBe('default/source-controller');
    expect(await portal.queue.statistics()).toMatchObject({ total: 0 });
    expect(writes()).toEqual([]);

    // As a controller does that is stopped in order.
    await world.client.replace({
      ...lease('source-controller', '2020-01-01T00:00:00.000000Z'),
      spec: { leaseDurationSeconds: 1 },
    } as KubernetesObject);
    await world.until<GitRepository>(
      { ...gitRepository(url), namespace: 'default', name: 'repo' },
      object => readyOf(object)?.status === 'True',
      60_000,
    );
    expect(home.mode).toBe('reconcile');
    expect(home.writer).toBeUndefined();
  });

  it('leaves to Flux what only some of its controllers reconcile', async () => {
    await world.apply(lease('helm-controller', '2020-01-01T00:00:00.000000Z'));
    await world.apply({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        name: 'kustomize-controller',
        namespace: 'default',
        labels: { 'app.kubernetes.io/part-of': 'flux' },
      },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: 'kustomize-controller' } },
        template: {
          metadata: { labels: { app: 'kustomize-controller' } },
          spec: { containers: [{ name: 'manager', image: 'manager:v1' }] },
        },
      },
    } as KubernetesObject);
    await world.until<KubernetesObject & { status?: object }>(
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        namespace: 'default',
        name: 'kustomize-controller',
      },
      object => JSON.stringify(object?.status ?? '').includes('readyReplicas'),
    );
    await world.apply(gitRepository(url));
    await world.apply(kustomization());
    const portal = await world.startPortal(await init('SQLITE_3'));
    await world.until<GitRepository>(
      { ...gitRepository(url), namespace: 'default', name: 'repo' },
      object => readyOf(object)?.status === 'True',
      60_000,
    );
    const home = portal.homes.find('demo')!;
    expect(home.modeOf('kustomize')).toBe('observe');
    expect(home.modeOf('helm')).toBe('observe');
    expect(home.writer).toBe(
      'default/helm-controller, default/kustomize-controller',
    );
    expect(
      writes().filter(({ resource }) => resource === 'kustomizations'),
    ).toEqual([]);
    expect(
      await portal.queue.get({
        home: 'demo',
        group: kustomizationKind.group,
        kind: 'Kustomization',
        namespace: 'default',
        name: 'app',
      }),
    ).toBeUndefined();
  });

  it('steps back when somebody else writes a status', async () => {
    await world.apply(gitRepository(url));
    const ref = { ...gitRepository(url), namespace: 'default', name: 'repo' };
    const portal = await world.startPortal(await init('SQLITE_3'));
    await world.until<GitRepository>(
      ref,
      object => readyOf(object)?.status === 'True',
    );
    await world.client.patch(ref, {
      type: 'merge',
      subresource: 'status',
      body: { status: { observedIgnore: 'x' } },
      fieldManager: 'gotk-source-controller',
    });
    const home = portal.homes.find('demo')!;
    await until(() => home.mode === 'observe');
    expect(home.writer).toBe('gotk-source-controller, which writes status');
    world.sandbox.kubernetes.requests.clear();
    await world.client.patch(ref, {
      type: 'merge',
      body: {
        metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': 'x' } },
      },
    });
    await until(
      () =>
        home.cache.get({
          kind: 'GitRepository',
          namespace: 'default',
          name: 'repo',
        })?.metadata.annotations?.['reconcile.fluxcd.io/requestedAt'] === 'x',
    );
    expect(await portal.queue.statistics()).toMatchObject({ total: 0 });
    expect(writes()).toEqual([]);
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
