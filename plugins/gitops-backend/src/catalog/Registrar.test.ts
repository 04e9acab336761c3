import { mockServices } from '@backstage/backend-test-utils';
import { createClusterClient } from '@backstage-gitops/kubernetes-apply';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  GitopsAnnotation,
  GitopsObject,
  gitopsKinds,
} from '@backstage-gitops/plugin-gitops-common';
import { KubeConfig } from '@kubernetes/client-node';
import { Knex } from 'knex';
import { migratedDatabases, testDatabaseIds } from '../__testUtils__/databases';
import { World } from '../__testUtils__/world';
import { Home } from '../homes/Home';
import { installCrds } from '../homes/installCrds';
import { TestCatalog } from './__testUtils__/TestCatalog';
import { CatalogSide } from './createRegistrar';
import { Registration } from './Registration';

jest.setTimeout(60_000);

const FILE = 'http://git.test/raw/team/game/main/gitops/game.yaml';
const KUSTOMIZATION = 'kustomize.toolkit.fluxcd.io/v1';
const GAME_APP = `apiVersion: kustomize.toolkit.fluxcd.io/v1beta2
kind: Kustomization
metadata:
  name: game-app
spec:
  interval: 5m0s
  sourceRef:
    kind: GitRepository
    name: game-repo
  path: "./overlays/production"
  prune: true
  validation: client
`;
const CLAIM = {
  location: {
    host: 'git.test',
    repository: 'team/game',
    ref: 'main',
    pathPrefix: 'gitops',
  },
  home: 'demo',
  namespaces: ['default'],
};
const GITOPS = {
  homes: [{ name: 'demo', bare: true }],
  claims: [CLAIM],
  catalog: { rawHosts: ['git.test'] },
};
const app = (name: string, spec = '') =>
  GAME_APP.replace('game-app', name)
    .replace('v1beta2', 'v1')
    .replace('  validation: client\n', spec);

describe('Registrar', () => {
  const database = migratedDatabases();
  let world: World;
  let home: Home;

  beforeAll(async () => {
    world = await World.start();
    await installCrds({
      client: world.client,
      kinds: gitopsKinds,
      logger: mockServices.logger.mock(),
    });
  });
  afterAll(async () => {
    await world.stop();
  });
  beforeEach(() => {
    home = homeNamed('demo');
  });
  const delivered = async (): Promise<GitopsObject[]> =>
    (
      await world.client.list<GitopsObject>({
        apiVersion: KUSTOMIZATION,
        kind: 'Kustomization',
      })
    ).items;

  afterEach(async () => {
    await home.client.close();
    for (const { metadata, apiVersion, kind } of await delivered()) {
      await world.client.delete({ ...metadata, apiVersion, kind });
    }
  });

  function homeNamed(
    name: string,
    options: Partial<ConstructorParameters<typeof Home>[0]> = {},
  ): Home {
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromString(world.sandbox.kubernetes.kubeconfig);
    return new Home({
      name,
      mode: 'reconcile',
      client: createClusterClient({ kubeConfig }),
      allowPortalCredential: true,
      ...options,
    });
  }

  const inHome = (name = 'game-app', namespace = 'default') =>
    world.client.get<GitopsObject<Record<string, unknown>>>({
      apiVersion: KUSTOMIZATION,
      kind: 'Kustomization',
      namespace,
      name,
    });

  const stateOf = async (
    side: CatalogSide,
    name = 'game-app',
    namespace = 'default',
  ): Promise<Partial<Registration> | undefined> =>
    side.registrations.get(`kustomization:${namespace}/${name}`);

  async function register(
    knex: Knex,
    text: string,
    gitops: object = GITOPS,
  ): Promise<{ catalog: TestCatalog; side: CatalogSide }> {
    const catalog = new TestCatalog({ ...gitops });
    catalog.files.set(FILE, text);
    await catalog.refresh();
    const side = catalog.registrar(knex, [home]);
    await side.registrar.run();
    return { catalog, side };
  }

  describe.each(testDatabaseIds)('%s', databaseId => {
    let knex: Knex;
    beforeEach(async () => {
      knex = await database(databaseId);
    });

    it('applies an old manifest exactly as it is written, with a warning', async () => {
      const { side } = await register(knex, GAME_APP);
      expect(await stateOf(side)).toMatchObject({
        state: 'Applied',
        objectId: 'demo/Kustomization/default/game-app',
        failures: 0,
        warnings: [
          {
            path: 'spec.validation',
            code: 'droppedField',
            severity: 'warning',
            from: 'catalog',
          },
        ],
      });
      const object = await inHome();
      expect(object).toMatchObject({
        metadata: {
          annotations: {
            [GitopsAnnotation.registration]: `url:${FILE}#0`,
          },
          managedFields: [
            expect.objectContaining({ manager: 'backstage-gitops-catalog' }),
          ],
        },
        spec: { path: './overlays/production', prune: true, interval: '5m0s' },
      });
      expect(object?.spec).not.toHaveProperty('validation');
      expect(
        await side.warnings.warningsFor({
          home: 'demo',
          kind: 'Kustomization',
          namespace: 'default',
          name: 'game-app',
        }),
      ).toEqual([expect.objectContaining({ path: 'spec.validation' })]);
    });

    it('delivers values as Kubernetes reads them', async () => {
      await register(
        knex,
        app(
          'yaml11',
          `  wait: yes
  suspend: off
  postBuild:
    substitute: {a: "yes", b: "0o14", c: "9007199254740993"}
  patches:
    - patch: |
        - {op: add, path: /x, value: no}
`,
        ),
      );
      expect((await inHome('yaml11'))?.spec).toMatchObject({
        wait: true,
        suspend: false,
        postBuild: { substitute: { a: 'yes', b: '0o14' } },
      });
    });

    it('takes over what changes, and only that', async () => {
      const { catalog, side } = await register(
        knex,
        `${app('one')}---\n${app('two')}`,
      );
      const before = await inHome('two');
      const reads = catalog.reads;
      await side.registrar.run();
      expect(catalog.reads).toBe(reads);
      catalog.files.set(
        FILE,
        `# a comment\n${app('one', '  wait: true\n')}---\n${app('two')}`,
      );
      await catalog.refresh();
      await side.registrar.run();
      expect((await inHome('one'))?.spec).toMatchObject({ wait: true });
      expect((await inHome('two'))?.metadata.resourceVersion).toBe(
        before?.metadata.resourceVersion,
      );
    });

    it('keeps everything through an outage of the catalog', async () => {
      const { catalog, side } = await register(knex, GAME_APP);
      catalog.outage = new Error('connect ECONNREFUSED');
      for (let i = 0; i < 3; i++) {
        catalog.time += 3_600_000;
        await side.registrar.run();
      }
      expect(await stateOf(side)).toMatchObject({
        state: 'Applied',
        missingSince: null,
      });
      expect(await inHome()).toBeDefined();
    });

    it('keeps everything when the catalog answers an empty page for a while', async () => {
      const { catalog, side } = await register(knex, GAME_APP);
      catalog.forget();
      await side.registrar.run();
      catalog.time += 60_000;
      await side.registrar.run();
      expect(await stateOf(side)).toMatchObject({ state: 'Applied' });
      await catalog.refresh();
      await side.registrar.run();
      expect(await stateOf(side)).toMatchObject({ missingSince: null });
    });

    it('keeps everything when the location cannot be read', async () => {
      const { catalog, side } = await register(knex, GAME_APP);
      catalog.fileOutage = new Error(
        'getaddrinfo ENOTFOUND //user:secret@git.test',
      );
      catalog.time += 3_600_000;
      await side.registrar.run();
      const failed = await stateOf(side);
      expect(failed).toMatchObject({
        state: 'Failed',
        code: 'LocationUnreadable',
        message: expect.stringContaining('ENOTFOUND'),
        failures: 1,
        dueAt: catalog.time + 2_000,
      });
      expect(failed?.message).not.toContain('secret');
      expect(await inHome()).toBeDefined();
      await side.registrar.run();
      expect(await stateOf(side)).toMatchObject({ failures: 1 });
      catalog.fileOutage = undefined;
      catalog.time += 2_000;
      await side.registrar.run();
      expect(await stateOf(side)).toMatchObject({
        state: 'Applied',
        failures: 0,
      });
    });

    it('orphans what the catalog has lost for good; the object stays', async () => {
      const { catalog, side } = await register(knex, GAME_APP);
      catalog.files.clear();
      await catalog.refresh();
      await side.registrar.run();
      expect(await stateOf(side)).toMatchObject({ state: 'Applied' });
      catalog.time += 120_000;
      await side.registrar.run();
      expect(await stateOf(side)).toMatchObject({
        state: 'Orphaned',
        code: 'EntityVanished',
        dueAt: null,
      });
      catalog.time += 3_600_000;
      await side.registrar.run();
      expect(await inHome()).toBeDefined();

      catalog.files.set(FILE, GAME_APP);
      await catalog.refresh();
      await side.registrar.run();
      expect(await stateOf(side)).toMatchObject({ state: 'Applied' });
    });

    it('applies nothing of a file that no claim is about, and does not read it', async () => {
      const { catalog, side } = await register(knex, GAME_APP, {
        ...GITOPS,
        claims: [],
      });
      expect(await stateOf(side)).toMatchObject({
        state: 'PendingApproval',
        code: 'NoClaim',
        message: expect.stringContaining('gitops.claims'),
      });
      expect(catalog.reads).toBe(0);
      expect(await inHome()).toBeUndefined();

      // A claim comes with a restart.
      const claimed = new TestCatalog(GITOPS);
      claimed.files.set(FILE, GAME_APP);
      await claimed.refresh();
      const restarted = claimed.registrar(knex, [home]);
      await restarted.registrar.run();
      expect(await stateOf(restarted)).toMatchObject({ state: 'Applied' });
    });

    it('rejects an invalid manifest and names its fields; the old object stays', async () => {
      const { catalog, side } = await register(knex, GAME_APP);
      catalog.files.set(
        FILE,
        app('game-app', '  timeout: soon\n').replace(
          'prune: true',
          'prune: maybe',
        ),
      );
      await catalog.refresh();
      await side.registrar.run();
      const rejected = await stateOf(side);
      expect(rejected).toMatchObject({
        state: 'Rejected',
        code: 'InvalidManifest',
        message: expect.stringMatching(
          /spec\.prune.*spec\.timeout|spec\.timeout.*spec\.prune/,
        ),
      });
      expect(rejected?.appliedDigest).not.toBe(rejected?.digest);
      expect(rejected?.warnings).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ path: 'spec.prune', severity: 'error' }),
        ]),
      );
      expect((await inHome())?.spec).toMatchObject({ prune: true });
    });

    it('says so when the file is ahead of the catalog', async () => {
      const { catalog, side } = await register(knex, GAME_APP);
      catalog.files.set(FILE, app('game-app', '  wait: true\n'));
      catalog.time += 3_600_000;
      await side.registrar.run();
      expect(await stateOf(side)).toMatchObject({
        state: 'ManifestStale',
        code: 'ManifestChanged',
      });
      await catalog.refresh();
      await side.registrar.run();
      expect(await stateOf(side)).toMatchObject({ state: 'Applied' });
    });

    it('lets two replicas share the work', async () => {
      const catalog = new TestCatalog(GITOPS);
      const names = Array.from({ length: 6 }, (_, i) => `app-${i}`);
      catalog.files.set(FILE, names.map(name => app(name)).join('---\n'));
      await catalog.refresh();
      const one = catalog.registrar(knex, [home]);
      const two = catalog.registrar(knex, [home]);
      await Promise.all([one.registrar.run(), two.registrar.run()]);
      await Promise.all([one.registrar.run(), two.registrar.run()]);
      const states = (await one.registrations.list()).map(({ state }) => state);
      expect(states).toEqual(names.map(() => 'Applied'));
      expect(await delivered()).toHaveLength(names.length);
    });
  });

  describe('admission', () => {
    let knex: Knex;
    beforeEach(async () => {
      knex = await database('SQLITE_3');
    });

    it.each([
      [
        'a namespace outside the claim',
        GAME_APP.replace('name: game-app', 'name: game-app\n  namespace: prod'),
        {},
        'NamespaceNotClaimed',
        "'prod'",
      ],
      [
        'a ServiceAccount that is not the one of the claim',
        app('game-app', '  serviceAccountName: admin\n'),
        { serviceAccount: 'deployer' },
        'ServiceAccountNotClaimed',
        "'deployer'",
      ],
      ['an unknown home', GAME_APP, { home: 'prod' }, 'UnknownHome', "'prod'"],
    ])('refuses %s', async (_, text, claim, code, message) => {
      const { side } = await register(knex, text, {
        ...GITOPS,
        homes: [{ name: 'demo', bare: true }, { name: 'prod' }],
        claims: [{ ...CLAIM, ...claim }],
      });
      const [registration] = await side.registrations.list();
      expect(registration).toMatchObject({
        state: 'Rejected',
        code,
        message: expect.stringContaining(message),
      });
      expect(await delivered()).toEqual([]);
    });

    it.each([
      ['git.test', 'http://git.test/x.git', 'Applied'],
      ['git.test', 'ssh://git@git.test/x.git', 'Applied'],
      ['git.test', 'https://evil.test/x.git', 'Rejected'],
      ['git.test', 'https://git.test@evil.test/x.git', 'Rejected'],
      ['git.test', 'https://git.test.evil.test/x.git', 'Rejected'],
    ])('source hosts %s: %s is %s', async (host, url, state) => {
      const { side } = await register(
        knex,
        `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: repo}
spec: {interval: 1h, url: "${url}"}
`,
        { ...GITOPS, claims: [{ ...CLAIM, sourceHosts: [host] }] },
      );
      const [registration] = await side.registrations.list();
      expect(registration.state).toBe(state);
      await world.client.delete({
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind: 'GitRepository',
        namespace: 'default',
        name: 'repo',
      });
    });

    it('applies as the ServiceAccount of the claim, which needs the right to', async () => {
      const gitops = {
        ...GITOPS,
        claims: [
          { ...CLAIM, serviceAccount: 'deployer', owner: 'group:default/team' },
        ],
      };
      const { catalog, side } = await register(knex, GAME_APP, gitops);
      expect(await stateOf(side)).toMatchObject({
        state: 'Failed',
        code: 'ApplyFailed',
        message: expect.stringContaining(
          'system:serviceaccount:default:deployer',
        ),
      });
      await grant('deployer');
      catalog.time += 2_000;
      await side.registrar.run();
      expect(await stateOf(side)).toMatchObject({ state: 'Applied' });
      expect(await inHome()).toMatchObject({
        metadata: {
          annotations: { [GitopsAnnotation.owner]: 'group:default/team' },
        },
        spec: { serviceAccountName: 'deployer' },
      });
    });

    it('uses the credential of the portal only where the home allows it', async () => {
      await home.client.close();
      home = homeNamed('demo', { allowPortalCredential: false });
      const { side } = await register(knex, GAME_APP);
      expect(await stateOf(side)).toMatchObject({
        state: 'Rejected',
        code: 'NoIdentity',
      });
    });

    it('writes nothing to a home that is observed', async () => {
      await home.client.close();
      home = homeNamed('demo', { mode: 'observe' });
      const { side } = await register(knex, GAME_APP);
      expect(await stateOf(side)).toMatchObject({
        state: 'Rejected',
        code: 'HomeObserved',
      });
      expect(await inHome()).toBeUndefined();
    });

    it('leaves an object to the Kustomization that delivers it', async () => {
      await world.apply({
        apiVersion: KUSTOMIZATION,
        kind: 'Kustomization',
        metadata: {
          name: 'game-app',
          namespace: 'default',
          labels: {
            'kustomize.toolkit.fluxcd.io/name': 'root',
            'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
          },
        },
        spec: {
          interval: '1h',
          prune: false,
          sourceRef: { kind: 'GitRepository', name: 'other' },
        },
      });
      const { side } = await register(knex, GAME_APP);
      expect(await stateOf(side)).toMatchObject({
        state: 'Rejected',
        code: 'ManagedElsewhere',
        message: expect.stringContaining('flux-system/root'),
      });
      expect((await inHome())?.spec).toMatchObject({ prune: false });
    });

    it('takes nothing into the home that only the portal may say', async () => {
      const { side } = await register(
        knex,
        GAME_APP.replace(
          'name: game-app',
          `name: game-app
  finalizers: [evil]
  annotations:
    ${GitopsAnnotation.approvedPrune}: forged
    ${GitopsAnnotation.registration}: forged
    backstage-gitops.io/owner: team`,
        ),
      );
      expect(await stateOf(side)).toMatchObject({ state: 'Applied' });
      const object: KubernetesObject | undefined = await inHome();
      expect(object?.metadata.finalizers).toBeUndefined();
      expect(JSON.stringify(object?.metadata.annotations)).not.toContain(
        'forged',
      );
      expect(object?.metadata.annotations).toMatchObject({
        'backstage-gitops.io/owner': 'team',
      });
      expect(
        (await stateOf(side))?.warnings?.map(({ code }) => code),
      ).toContain('reservedAnnotation');
    });

    it('shows what is wrong in the file beside the manifest', async () => {
      const { side } = await register(
        knex,
        `${GAME_APP}---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {p: canary}\n---\n${GAME_APP}`,
      );
      const registration = await stateOf(side);
      expect(registration?.state).toBe('Applied');
      expect(registration?.warnings?.map(({ code }) => code)).toEqual([
        'droppedField',
        'foreignDocument',
        'duplicateName',
      ]);
      expect(JSON.stringify(await knex('gitops_registrations'))).not.toContain(
        'canary',
      );
    });
  });

  async function grant(serviceAccount: string): Promise<void> {
    await world.apply({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: serviceAccount, namespace: 'default' },
    });
    await world.apply({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: serviceAccount, namespace: 'default' },
      rules: [
        {
          apiGroups: ['kustomize.toolkit.fluxcd.io'],
          resources: ['kustomizations'],
          verbs: ['get', 'create', 'patch'],
        },
      ],
    });
    await world.apply({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: serviceAccount, namespace: 'default' },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'Role',
        name: serviceAccount,
      },
      subjects: [
        { kind: 'ServiceAccount', name: serviceAccount, namespace: 'default' },
      ],
    });
  }
});
