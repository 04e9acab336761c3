import { mockServices } from '@backstage/backend-test-utils';
import { createClusterClient } from '@backstage-gitops/kubernetes-apply';
import {
  GitopsObject,
  gitopsKinds,
} from '@backstage-gitops/plugin-gitops-common';
import { KubeConfig } from '@kubernetes/client-node';
import { Knex } from 'knex';
import { World } from '../../__testUtils__/world';
import { Home } from '../../homes/Home';
import { installCrds } from '../../homes/installCrds';
import { CatalogSide } from '../createRegistrar';
import { Registration } from '../Registration';
import { TestCatalog } from './TestCatalog';

/** The file that all tests register. */
export const FILE = 'http://git.test/raw/team/game/main/gitops/game.yaml';
export const KUSTOMIZATION = 'kustomize.toolkit.fluxcd.io/v1';
export const GAME_APP = `apiVersion: kustomize.toolkit.fluxcd.io/v1beta2
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
export const CLAIM = {
  location: {
    host: 'git.test',
    repository: 'team/game',
    ref: 'main',
    pathPrefix: 'gitops',
  },
  home: 'demo',
  namespaces: ['default'],
};
export const GITOPS = {
  homes: [{ name: 'demo', bare: true }],
  claims: [CLAIM],
  catalog: { rawHosts: ['git.test'] },
};
export const app = (name: string, spec = '') =>
  GAME_APP.replace('game-app', name)
    .replace('v1beta2', 'v1')
    .replace('  validation: client\n', spec);

/**
 * A sandbox with one home, and registrars over it, for the tests of one file:
 * starts before them, and takes away after each what it delivered.
 */
export function registrarWorld() {
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

  /** From now on the home is another, or allows another thing. */
  async function replaceHome(
    options: Partial<ConstructorParameters<typeof Home>[0]>,
  ): Promise<void> {
    await home.client.close();
    home = homeNamed('demo', options);
  }

  return {
    delivered,
    inHome,
    stateOf,
    register,
    grant,
    replaceHome,
    get client() {
      return world.client;
    },
    get home() {
      return home;
    },
  };
}
