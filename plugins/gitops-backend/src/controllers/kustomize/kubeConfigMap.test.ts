// Servers: two of the sandbox's Kubernetes APIs, of which one trusts the tokens of the other, the home; a Git server.
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  Kustomization,
  kustomizationKind,
} from '@backstage-gitops/plugin-gitops-common';
import {
  ClusterAccessProvider,
  ClusterAccessRequest,
} from '@backstage-gitops/plugin-gitops-node';
import { migratedDatabases } from '../../__testUtils__/databases';
import { untilKustomization } from '../../__testUtils__/deliveries';
import { RemoteCluster } from '../../__testUtils__/remoteCluster';
import {
  gitRepository,
  kustomization,
  PortalOptions,
  readyOf,
  World,
} from '../../__testUtils__/world';

jest.setTimeout(120_000);

const AUDIENCE = 'https://deliveries.example';
const ROBOT = 'system:serviceaccount:default:robot';
const APPLIED = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'default',
  name: 'a',
};
const KUSTOMIZATION = {
  apiVersion: kustomizationKind.apiVersion,
  kind: kustomizationKind.kind,
  namespace: 'default',
  name: 'app',
};

describe('spec.kubeConfig.configMapRef', () => {
  const init = migratedDatabases();
  let world: World;
  let remote: RemoteCluster;

  afterEach(async () => {
    await world?.stop();
    await remote?.stop();
  });

  const binding = (name: string): KubernetesObject => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'robot' },
    roleRef: {
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'ClusterRole',
      name: 'cluster-admin',
    },
    subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name }],
  });
  const start = async (options: PortalOptions = {}) => {
    world = await World.start();
    remote = await RemoteCluster.start({
      trustedIssuers: [
        {
          key: world.sandbox.kubernetes.serviceAccountKey,
          audiences: [AUDIENCE],
        },
      ],
    });
    const { url } = await world.sandbox.git.createRepository('team/app', {
      'app/cm.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: default}\n',
    });
    await world.startPortal(await init('SQLITE_3'), options);
    await world.untilKinds(
      'gitrepositories.source.toolkit.fluxcd.io',
      'kustomizations.kustomize.toolkit.fluxcd.io',
    );
    await world.apply(gitRepository(url));
    await world.apply({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'robot', namespace: 'default' },
    });
    await remote.client.create(binding(ROBOT));
  };
  const settings = (data: Record<string, string>): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'target', namespace: 'default' },
    data,
  });
  const generic = (data: Record<string, string> = {}) =>
    settings({
      provider: 'generic',
      address: remote.kubernetes.url,
      'ca.crt': remote.kubernetes.caPem,
      audiences: `${AUDIENCE}\n`,
      serviceAccountName: 'robot',
      ...data,
    });
  const bySettings = kustomization({
    kubeConfig: { configMapRef: { name: 'target' } },
  });
  const until = (status: string) =>
    untilKustomization(
      world,
      'app',
      (object?: Kustomization) => readyOf(object)?.status === status,
    );

  it('generic: applies and deletes with a token of a ServiceAccount of the home', async () => {
    await start();
    await world.apply(generic());
    await world.apply(bySettings);
    await until('True');
    expect(await remote.client.get(APPLIED)).toBeDefined();
    expect(
      remote.kubernetes.requests
        .list(
          ({ verb, resource }) => verb === 'patch' && resource === 'configmaps',
        )
        .map(({ user }) => user),
    ).toContain(ROBOT);

    await world.client.delete(KUSTOMIZATION);
    await world.until(KUSTOMIZATION, object => object === undefined);
    expect(await remote.client.get(APPLIED)).toBeUndefined();
  });

  it('generic: one token serves many runs', async () => {
    await start();
    await world.apply(generic());
    await world.apply(bySettings);
    await until('True');
    await world.client.patch(KUSTOMIZATION, {
      type: 'merge',
      body: {
        metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': '1' } },
      },
    });
    await untilKustomization(
      world,
      'app',
      object => object?.status?.lastHandledReconcileAt === '1',
    );
    expect(
      world.sandbox.kubernetes.requests.list(
        ({ resource, subresource }) =>
          resource === 'serviceaccounts' && subresource === 'token',
      ),
    ).toHaveLength(1);
  });

  it.each([
    [
      'is not there',
      undefined,
      'ConfigMap default/target not found; create it, or correct spec.kubeConfig.configMapRef',
    ],
    ['names no provider', { provider: '' }, 'names no provider'],
    [
      'names a strange provider',
      { provider: 'ibm' },
      "there is no provider 'ibm'",
    ],
    [
      'names a cloud without its module',
      { provider: 'gcp' },
      'install @backstage-gitops/plugin-gitops-backend-module-gcp',
    ],
    ['has no address', { address: '' }, 'needs the address of the cluster'],
    [
      'has no https address',
      { address: 'http://127.0.0.1:1' },
      'must be an https URL',
    ],
    [
      'names no ServiceAccount',
      { serviceAccountName: '' },
      "the provider 'generic' needs a ServiceAccount",
    ],
    [
      'names a missing ServiceAccount',
      { serviceAccountName: 'nobody' },
      'ServiceAccount default/nobody not found',
    ],
    [
      // The cluster there does not take tokens that are meant for its address.
      'leaves the audience out',
      { audiences: '' },
      'does not know the credential (401 Unauthorized)',
    ],
    [
      'leads to a metadata service',
      { address: 'https://169.254.169.254' },
      'an administrator can allow a host in gitops.network.allow',
    ],
    ['trusts another authority', { 'ca.crt': '' }, 'cannot reach'],
  ])(
    'says what is wrong, and goes on once it is right: one that %s',
    async (_, data, message) => {
      await start();
      if (data) {
        await world.apply(generic(data));
      }
      await world.apply(bySettings);
      const failed = await until('False');
      expect(readyOf(failed)).toMatchObject({
        reason: 'ReconciliationFailed',
        message: expect.stringContaining(message),
      });
      await world.apply(generic());
      await world.client.patch(KUSTOMIZATION, {
        type: 'merge',
        body: {
          metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': '1' } },
        },
      });
      await until('True');
    },
  );

  it('a cloud: a module finds the cluster and logs in', async () => {
    const requests: ClusterAccessRequest[] = [];
    const cloud: ClusterAccessProvider = {
      provider: 'gcp',
      access: async request => {
        requests.push(request);
        return {
          connection: {
            server: remote.kubernetes.url,
            certificateAuthority: remote.kubernetes.caPem,
          },
          credential: {
            type: 'token',
            token: await request.serviceAccount!.token(['of the cloud']),
          },
          expiresAt: new Date(Date.now() + 600_000),
        };
      },
    };
    await start({ clusterProviders: [cloud] });
    await world.apply(
      settings({
        provider: 'gcp',
        cluster: 'projects/p/locations/l/clusters/c',
        // Instead of the audience that the cloud wants usually.
        audiences: AUDIENCE,
        serviceAccountName: 'robot',
      }),
    );
    await world.apply(bySettings);
    await until('True');
    expect(requests).toMatchObject([
      {
        namespace: 'default',
        cluster: 'projects/p/locations/l/clusters/c',
        audiences: [AUDIENCE],
        serviceAccount: { name: 'robot' },
      },
    ]);
    expect(await remote.client.get(APPLIED)).toBeDefined();
  });
});
