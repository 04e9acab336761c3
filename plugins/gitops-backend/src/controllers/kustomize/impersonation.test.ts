// Servers: two of the sandbox's Kubernetes APIs, one of them the home, and its Git server.
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { Kustomization } from '@backstage-gitops/plugin-gitops-common';
import { testClusters } from '../../__testUtils__/clusters';
import { migratedDatabases } from '../../__testUtils__/databases';
import { untilKustomization } from '../../__testUtils__/deliveries';
import { RemoteCluster } from '../../__testUtils__/remoteCluster';
import {
  gitRepository,
  kustomization,
  PORTAL_AGENT,
  PortalOptions,
  readyOf,
  World,
} from '../../__testUtils__/world';

jest.setTimeout(120_000);

const DEPLOYER = 'system:serviceaccount:default:deployer';
const APPLIED = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'default',
  name: 'a',
};

/** May write ConfigMaps of its namespace, and nothing else. */
const role = (): KubernetesObject[] => [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'deployer', namespace: 'default' },
    rules: [
      {
        apiGroups: [''],
        resources: ['configmaps'],
        verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'],
      },
    ],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'deployer', namespace: 'default' },
    roleRef: {
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'Role',
      name: 'deployer',
    },
    subjects: [
      { kind: 'ServiceAccount', name: 'deployer', namespace: 'default' },
    ],
  },
  {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'deployer', namespace: 'default' },
  },
];

describe.each(testClusters)('whom a delivery acts as on $name', cluster => {
  const init = migratedDatabases();
  let world: World;
  let remote: RemoteCluster | undefined;

  afterEach(async () => {
    await world?.stop();
    await remote?.stop();
    remote = undefined;
  });

  const start = async (options: PortalOptions = {}) => {
    world = await cluster.start();
    const { url } = await world.sandbox.git.createRepository('team/app', {
      'app/cm.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: default}\n',
      'more/cm.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: default}\n',
      'more/secret.yaml':
        'apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: default}\n',
    });
    await world.startPortal(await init('SQLITE_3'), options);
    await world.untilKinds(
      'gitrepositories.source.toolkit.fluxcd.io',
      'kustomizations.kustomize.toolkit.fluxcd.io',
    );
    await world.apply(gitRepository(url));
  };
  const until = (status: string) =>
    untilKustomization(
      world,
      'app',
      (object?: Kustomization) => readyOf(object)?.status === status,
    );
  /** Who wrote the applied objects. */
  const writers = (kubernetes = world.sandbox.kubernetes) => [
    ...new Set(
      kubernetes.requests
        .list(
          ({ method, resource, query }) =>
            method === 'PATCH' &&
            query.fieldManager === 'kustomize-controller' &&
            ['configmaps', 'secrets'].includes(resource ?? ''),
        )
        .map(({ user }) => user),
    ),
  ];

  it('its ServiceAccount, with the rights of that alone', async () => {
    await start();
    for (const object of role()) {
      await world.apply(object);
    }
    await world.apply(
      kustomization({ serviceAccountName: 'deployer', path: './more' }),
    );
    const failed = await until('False');
    expect(readyOf(failed)).toMatchObject({
      reason: 'ReconciliationFailed',
      message: expect.stringContaining(`User "${DEPLOYER}" cannot`),
    });
    expect(await world.client.get(APPLIED)).toBeUndefined();
    await world.apply(
      kustomization({ serviceAccountName: 'deployer', path: './app' }),
    );
    await until('True');
    expect(writers()).toEqual(cluster.isSandbox ? [DEPLOYER] : []);
  });

  it('the default ServiceAccount of the home, where it names none', async () => {
    await start({
      defaultServiceAccount: 'deployer',
      allowPortalCredential: false,
    });
    for (const object of role()) {
      await world.apply(object);
    }
    await world.apply(kustomization());
    await until('True');
    expect(writers()).toEqual(cluster.isSandbox ? [DEPLOYER] : []);
  });

  it('nobody, where the home allows none', async () => {
    await start({ allowPortalCredential: false });
    await world.apply(kustomization());
    const failed = await until('False');
    expect(readyOf(failed)).toMatchObject({
      reason: 'AccessDenied',
      message: expect.stringContaining('set spec.serviceAccountName'),
    });
    expect(writers()).toEqual([]);
  });

  it('a ServiceAccount of the other cluster, by name alone', async () => {
    await start();
    remote = await RemoteCluster.start();
    for (const object of role()) {
      await remote.client.create(object);
    }
    await world.apply(remote.secret());
    await world.apply(
      kustomization({
        serviceAccountName: 'deployer',
        kubeConfig: { secretRef: { name: 'remote' } },
      }),
    );
    await until('True');
    expect(await remote.client.get(APPLIED)).toBeDefined();
    expect(writers(remote.kubernetes)).toEqual([DEPLOYER]);

    // There is no such ServiceAccount in the home; it is the other cluster's that counts.
    const object = {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      namespace: 'default',
      name: 'app',
    };
    await world.client.delete(object);
    await world.until(object, found => found === undefined);
    expect(await remote.client.get(APPLIED)).toBeUndefined();
  });

  it('the credential of the kubeconfig, where nobody is named', async () => {
    // The portal's own credential may not be used in the home; this is the tenant's.
    await start({ allowPortalCredential: false });
    remote = await RemoteCluster.start();
    await world.apply(remote.secret());
    await world.apply(
      kustomization({ kubeConfig: { secretRef: { name: 'remote' } } }),
    );
    await until('True');
    expect(writers(remote.kubernetes)).toEqual(['kubernetes-admin']);
    expect(
      remote.kubernetes.requests.list(
        ({ userAgent }) => userAgent === PORTAL_AGENT,
      ),
    ).toEqual([]);
  });
});
