import {
  FLUX_FINALIZER,
  GitRepository,
  Kustomization,
} from '@backstage-gitops/plugin-gitops-common';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { migratedDatabases } from './__testUtils__/databases';
import {
  gitRepository,
  kustomization,
  PORTAL_AGENT,
  readyOf,
  World,
} from './__testUtils__/world';

jest.setTimeout(120_000);

const REPO = 'team/app';

const deployment = (image: string, replicas = 1) => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "${image}"}]}
`;
const configMap = (name: string, value = '1') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {key: "${value}"}\n`;

const deploymentRef = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace: 'default',
  name: 'web',
};
const configMapRef = (name: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'default',
  name,
});

describe('delivery from Git to a cluster', () => {
  const init = migratedDatabases();
  let world: World;
  let url: string;

  beforeEach(async () => {
    world = await World.start();
    const repository = await world.sandbox.git.createRepository(REPO, {
      'app/deployment.yaml': deployment('web:v1'),
      'app/config.yaml': configMap('settings'),
    });
    url = repository.url;
    await world.startPortal(await init('SQLITE_3'));
    // The portal installs the CRDs; objects can be made from then on.
    for (const name of [
      'gitrepositories.source.toolkit.fluxcd.io',
      'kustomizations.kustomize.toolkit.fluxcd.io',
    ]) {
      await world.until<KubernetesObject>(
        {
          apiVersion: 'apiextensions.k8s.io/v1',
          kind: 'CustomResourceDefinition',
          name,
        },
        crd => crd !== undefined,
      );
    }
  });

  afterEach(() => world.stop());

  const ready = (revision?: string) => (object: Kustomization | undefined) =>
    readyOf(object)?.status === 'True' &&
    object?.status?.observedGeneration === object?.metadata.generation &&
    (!revision || object?.status?.lastAppliedRevision === revision);

  const failedWith =
    (reason: string) => (object: Kustomization | GitRepository | undefined) =>
      readyOf(object)?.status === 'False' && readyOf(object)?.reason === reason;

  const request = (object: Kustomization | GitRepository, token: string) =>
    world.client.patch(
      { ...object, namespace: 'default', name: object.metadata.name },
      {
        type: 'merge',
        body: {
          metadata: {
            annotations: { 'reconcile.fluxcd.io/requestedAt': token },
          },
        },
      },
    );

  const refOf = (object: Kustomization | GitRepository) => ({
    apiVersion: object.apiVersion,
    kind: object.kind,
    namespace: 'default',
    name: object.metadata.name,
  });

  it('delivers, follows commits, prunes, and cleans up when deleted', async () => {
    const source = gitRepository(url);
    const delivery = kustomization({ wait: true });
    await world.apply(source);
    await world.apply(delivery);

    const first = await world.until<Kustomization>(refOf(delivery), ready());
    const commit = await world.sandbox.git.revision(REPO, 'main');
    expect(first.status).toMatchObject({
      lastAppliedRevision: `main@sha1:${commit}`,
      inventory: {
        entries: [
          { id: 'default_settings__ConfigMap', v: 'v1' },
          { id: 'default_web_apps_Deployment', v: 'v1' },
        ],
      },
    });
    expect(first.metadata.finalizers).toEqual([FLUX_FINALIZER]);
    expect(
      first.status?.conditions?.map(({ type, status, reason }) => [
        type,
        status,
        reason,
      ]),
    ).toEqual([
      ['Ready', 'True', 'ReconciliationSucceeded'],
      ['Healthy', 'True', 'Succeeded'],
    ]);
    const live = await world.client.get<KubernetesObject>(deploymentRef);
    expect(live?.metadata.labels).toEqual({
      app: 'web',
      'kustomize.toolkit.fluxcd.io/name': 'app',
      'kustomize.toolkit.fluxcd.io/namespace': 'default',
    });
    const events = (await world.eventsOf(first)).join('\n');
    expect(events).toContain('Deployment/default/web created');
    expect(events).toMatch(/Health check passed in/);
    expect(events).toMatch(/Reconciliation finished in .*next run in 1h/);

    const next = await world.sandbox.git.commit(REPO, {
      message: 'Second version without settings',
      files: { 'app/deployment.yaml': deployment('web:v2', 2) },
      remove: ['app/config.yaml'],
    });
    const current = await world.client.get<GitRepository>(refOf(source));
    await request(current!, 'now');
    const second = await world.until<Kustomization>(
      refOf(delivery),
      ready(`main@sha1:${next}`),
    );
    expect(second.status?.inventory?.entries).toEqual([
      { id: 'default_web_apps_Deployment', v: 'v1' },
    ]);
    expect(await world.client.get(configMapRef('settings'))).toBeUndefined();
    expect(
      await world.client.get<KubernetesObject>(deploymentRef),
    ).toMatchObject({ spec: { replicas: 2 } });
    expect((await world.eventsOf(second)).join('\n')).toContain(
      'ConfigMap/default/settings deleted',
    );
    const handled = await world.client.get<GitRepository>(refOf(source));
    expect(handled?.status?.lastHandledReconcileAt).toBe('now');

    await world.client.delete(refOf(delivery));
    await world.until(refOf(delivery), object => object === undefined);
    expect(await world.client.get(deploymentRef)).toBeUndefined();
  });

  it('waits for a dependency and goes on as soon as it is ready', async () => {
    await world.sandbox.git.commit(REPO, {
      message: 'Infrastructure',
      files: { 'infra/config.yaml': configMap('infra') },
    });
    const app = kustomization({ dependsOn: [{ name: 'infra' }] });
    const infra = kustomization({ path: './infra' }, 'infra');
    await world.apply(gitRepository(url));
    await world.apply(app);
    const waiting = await world.until<Kustomization>(
      refOf(app),
      failedWith('DependencyNotReady'),
    );
    expect(readyOf(waiting)?.message).toContain(
      "dependency 'default/infra' not found",
    );
    await world.apply(infra);
    // Far sooner than the 30 seconds after which it would look by itself.
    await world.until<Kustomization>(refOf(app), ready(), 15_000);
  });

  it('does nothing while suspended, and goes on when resumed', async () => {
    const delivery = kustomization({ suspend: true });
    await world.apply(gitRepository(url));
    await world.apply(delivery);
    await world.until<GitRepository>(
      refOf(gitRepository(url)),
      object => readyOf(object)?.status === 'True',
    );
    const other = kustomization({ path: './app' }, 'other');
    await world.apply(other);
    await world.until<Kustomization>(refOf(other), ready());
    expect(
      (await world.client.get<Kustomization>(refOf(delivery)))?.status
        ?.conditions,
    ).toBeUndefined();
    await world.apply(kustomization({ suspend: false }));
    await world.until<Kustomization>(refOf(delivery), ready());
  });

  it('corrects what somebody changed by hand', async () => {
    const delivery = kustomization();
    await world.apply(gitRepository(url));
    await world.apply(delivery);
    await world.until<Kustomization>(refOf(delivery), ready());
    await world.client.patch(deploymentRef, {
      type: 'merge',
      body: { spec: { replicas: 7 } },
      fieldManager: 'kubectl-scale',
    });
    await request(delivery, 'drift');
    await world.until<Kustomization>(
      refOf(delivery),
      object => object?.status?.lastHandledReconcileAt === 'drift',
    );
    expect(
      await world.client.get<KubernetesObject>(deploymentRef),
    ).toMatchObject({ spec: { replicas: 1 } });
  });

  it('leaves nothing behind of an apply whose inventory was never written', async () => {
    const delivery = kustomization();
    const { faults } = world.sandbox.kubernetes;
    await world.apply(gitRepository(url));
    await world.until<GitRepository>(
      refOf(gitRepository(url)),
      object => readyOf(object)?.status === 'True',
    );
    // The status can be written until something was applied, not after.
    let applied = false;
    faults.inject({
      disconnect: true,
      match: ({ verb, resource, subresource, userAgent, query }) => {
        if (
          userAgent === PORTAL_AGENT &&
          resource === 'configmaps' &&
          verb === 'patch' &&
          query.dryRun !== 'All'
        ) {
          applied = true;
        }
        return (
          applied &&
          userAgent === PORTAL_AGENT &&
          resource === 'kustomizations' &&
          subresource === 'status'
        );
      },
    });
    await world.apply(delivery);
    await world.until(configMapRef('settings'), object => object !== undefined);
    expect(
      (await world.client.get<Kustomization>(refOf(delivery)))?.status
        ?.inventory,
    ).toBeUndefined();

    await world.sandbox.git.commit(REPO, {
      message: 'Without settings',
      remove: ['app/config.yaml'],
    });
    await request(gitRepository(url), 'next');
    await world.until<GitRepository>(
      refOf(gitRepository(url)),
      object => object?.status?.lastHandledReconcileAt === 'next',
    );
    faults.clear();
    await request(delivery, 'again');
    await world.until<Kustomization>(refOf(delivery), ready());
    expect(await world.client.get(configMapRef('settings'))).toBeUndefined();
    expect(await world.client.get(deploymentRef)).toBeDefined();
  });

  describe('bad input ends in a condition and an event that say what, where and what to do', () => {
    it.each<[string, Partial<GitRepository['spec']>, string, RegExp]>([
      [
        'an unreachable repository',
        { url: 'http://127.0.0.1:9/none.git', timeout: '5s' },
        'GitOperationFailed',
        /127\.0\.0\.1:9 cannot be reached.*ECONNREFUSED/,
      ],
      [
        'a repository that is not there',
        { url: 'REPLACE/team/none.git' },
        'GitOperationFailed',
        /there is no repository at .*team\/none\.git \(HTTP 404\); check spec\.url/,
      ],
      [
        'a branch that is not there',
        { ref: { branch: 'release' } },
        'GitOperationFailed',
        /couldn't find remote ref "refs\/heads\/release"/,
      ],
      [
        'a version that no tag has',
        { ref: { semver: '>=1.0.0' } },
        'GitOperationFailed',
        /no match found for semver: >=1\.0\.0/,
      ],
      [
        'a Secret that is not there',
        { secretRef: { name: 'none' } },
        'AuthenticationFailed',
        /Secret default\/none not found; create it or correct spec\.secretRef/,
      ],
      [
        'a page that is no repository',
        { url: 'REPLACE/raw/team/app/main/app' },
        'GitOperationFailed',
        /there is no repository at|does not answer as a Git repository/,
      ],
    ])('%s', async (_, overrides, reason, message) => {
      const spec = { ...overrides };
      if (spec.url) {
        spec.url = spec.url.replace('REPLACE', world.sandbox.git.url);
      }
      const source = gitRepository(url, spec);
      await world.apply(source);
      const failed = await world.until<GitRepository>(
        refOf(source),
        failedWith(reason),
      );
      expect(readyOf(failed)?.message).toMatch(message);
      expect(
        failed.status?.conditions?.find(({ type }) => type === 'Reconciling'),
      ).toMatchObject({ reason: 'ProgressingWithRetry' });
      expect((await world.eventsOf(failed)).join('\n')).toMatch(message);
    });

    it('a wrong credential, which appears nowhere', async () => {
      world.sandbox.git.setAccess(REPO, {
        basic: { username: 'ada', password: 'right' },
      });
      const secret = (password: string) => ({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'git', namespace: 'default' },
        stringData: { username: 'ada', password },
      });
      const source = gitRepository(url, { secretRef: { name: 'git' } });
      await world.apply(secret('canary-4711'));
      await world.apply(source);
      const failed = await world.until<GitRepository>(
        refOf(source),
        failedWith('AuthenticationFailed'),
      );
      expect(readyOf(failed)?.message).toMatch(
        /refused access \(HTTP 401\); check the credentials in spec\.secretRef/,
      );
      expect(
        JSON.stringify([failed, await world.eventsOf(failed)]),
      ).not.toContain('canary-4711');

      await world.apply(secret('right'));
      await request(source, 'again');
      await world.until<GitRepository>(
        refOf(source),
        object => readyOf(object)?.status === 'True',
      );
    });

    it.each<
      [
        string,
        Record<string, string>,
        Partial<Kustomization['spec']>,
        string,
        RegExp,
      ]
    >([
      [
        'a missing path',
        {},
        { path: './nowhere' },
        'ArtifactFailed',
        /kustomization path not found: \.\/nowhere .*correct spec\.path/,
      ],
      [
        'invalid YAML',
        { 'app/broken.yaml': 'kind: [unclosed' },
        {},
        'BuildFailed',
        /app\/broken\.yaml/,
      ],
      [
        'a file that is no manifest',
        { 'app/values.yaml': 'replicas: 3' },
        {},
        'BuildFailed',
        /app\/values\.yaml/,
      ],
      [
        'an object that the cluster rejects',
        {
          'app/bad.yaml':
            'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: bad}\nspec: {replicas: many}\n',
        },
        {},
        'ReconciliationFailed',
        /Deployment\/default\/bad/,
      ],
      [
        'a kind that the cluster does not have',
        {
          'app/widget.yaml':
            'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\n',
        },
        {},
        'ReconciliationFailed',
        /Widget/,
      ],
      [
        'a source that is not there',
        {},
        { sourceRef: { kind: 'GitRepository', name: 'none' } },
        'ArtifactFailed',
        /Source 'GitRepository\/default\/none' not found/,
      ],
    ])(
      '%s, while the last good state stays',
      async (_, files, overrides, reason, message) => {
        const source = gitRepository(url);
        const good = kustomization({ path: './app' });
        await world.apply(source);
        await world.apply(good);
        const before = await world.until<Kustomization>(refOf(good), ready());

        if (Object.keys(files).length > 0) {
          await world.sandbox.git.commit(REPO, { message: 'Break it', files });
        }
        await world.apply({
          ...good,
          metadata: {
            ...good.metadata,
            annotations: { 'reconcile.fluxcd.io/requestedAt': 'x' },
          },
          spec: { ...good.spec, ...overrides },
        });
        await request(source, 'x');
        const failed = await world.until<Kustomization>(
          refOf(good),
          failedWith(reason),
        );
        expect(readyOf(failed)?.message).toMatch(message);
        expect((await world.eventsOf(failed)).join('\n')).toMatch(message);
        expect(failed.status?.lastAppliedRevision).toBe(
          before.status?.lastAppliedRevision,
        );
        expect(failed.status?.inventory).toEqual(before.status?.inventory);
        expect(await world.client.get(deploymentRef)).toBeDefined();
        expect(await world.client.get(configMapRef('settings'))).toBeDefined();
      },
    );

    it('an object that never becomes healthy', async () => {
      await world.sandbox.git.commit(REPO, {
        message: 'A check that cannot pass',
        files: { 'app/deployment.yaml': deployment('web:v1') },
      });
      const delivery = kustomization({
        timeout: '1s',
        healthChecks: [
          { kind: 'Deployment', name: 'never', namespace: 'default' },
        ],
      });
      await world.apply(gitRepository(url));
      await world.apply(delivery);
      const waiting = await world.until<Kustomization>(
        refOf(delivery),
        object =>
          Boolean(
            object?.status?.conditions?.some(
              ({ type, status }) => type === 'Healthy' && status === 'Unknown',
            ),
          ),
      );
      expect(
        waiting.status?.conditions?.find(({ type }) => type === 'Reconciling')
          ?.message,
      ).toMatch(/Running health checks for revision .* with a timeout of 30s/);
      expect(waiting.status?.inventory?.entries).toHaveLength(2);
    });

    it('a delivery whose ServiceAccount may not write', async () => {
      await world.apply({
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'powerless', namespace: 'default' },
      });
      const delivery = kustomization({ serviceAccountName: 'powerless' });
      await world.apply(gitRepository(url));
      await world.apply(delivery);
      const failed = await world.until<Kustomization>(
        refOf(delivery),
        failedWith('ReconciliationFailed'),
      );
      expect(readyOf(failed)?.message).toMatch(
        /system:serviceaccount:default:powerless/,
      );
      expect(await world.client.get(deploymentRef)).toBeUndefined();
    });
  });
});
