// Servers: two of the sandbox's Kubernetes APIs, one of them the home, and its Git server.
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  GitRepository,
  Kustomization,
} from '@backstage-gitops/plugin-gitops-common';
import { RecordedRequest } from '@backstage-gitops/sandbox';
import { migratedDatabases } from '../../__testUtils__/databases';
import {
  deliveryWorld,
  untilKustomization,
} from '../../__testUtils__/deliveries';
import { RemoteCluster } from '../../__testUtils__/remoteCluster';
import {
  kustomization,
  PORTAL_AGENT,
  readyOf,
  World,
} from '../../__testUtils__/world';

jest.setTimeout(180_000);

const configMap = (name: string, value = '1') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: default}\ndata: {value: "${value}"}\n`;
const secret = (value: string) =>
  `apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: default}\nstringData: {value: "${value}"}\n`;
const refOf = (name: string, kind = 'ConfigMap') => ({
  apiVersion: 'v1',
  kind,
  namespace: 'default',
  name,
});
const SOON = { retryInterval: '1s' };
const BY_SECRET = { kubeConfig: { secretRef: { name: 'remote' } } };
const REPOSITORY = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  namespace: 'default',
  name: 'repo',
};
const isWriteOf = (resource: string) => (request: RecordedRequest) =>
  request.method === 'PATCH' &&
  request.query.dryRun === undefined &&
  request.resource === resource;

const account = (name: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name, namespace: 'default' },
});
const binding = (name: string): KubernetesObject => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name },
  roleRef: {
    apiGroup: 'rbac.authorization.k8s.io',
    kind: 'ClusterRole',
    name: 'cluster-admin',
  },
  subjects: [{ kind: 'ServiceAccount', name, namespace: 'default' }],
});

describe('deliveries in hard times', () => {
  const init = migratedDatabases();
  let world: World;
  let remote: RemoteCluster | undefined;

  beforeEach(async () => {
    world = await deliveryWorld(init('SQLITE_3'), {
      'app/a.yaml': configMap('a'),
      'app/b.yaml': configMap('b'),
      'app/s.yaml': secret('1'),
    });
  });

  afterEach(async () => {
    await world?.stop();
    await remote?.stop();
    remote = undefined;
  });

  const push = async (files: Record<string, string>, remove: string[] = []) => {
    const sha = String(
      await world.sandbox.git.commit('team/app', { files, remove }),
    );
    await world.client.patch(REPOSITORY, {
      type: 'merge',
      body: {
        metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': sha } },
      },
    });
    return sha;
  };
  const fetched = (sha: string) =>
    world.until<GitRepository>(
      REPOSITORY,
      object => object?.status?.artifact?.revision.includes(sha) ?? false,
      60_000,
    );
  const until = (wanted: (object?: Kustomization) => boolean) =>
    untilKustomization(world, 'app', wanted);
  const isReadyAt = (sha: string) => (object?: Kustomization) =>
    readyOf(object)?.status === 'True' &&
    (object?.status?.lastAppliedRevision?.includes(sha) ?? false);
  const isReady = (object?: Kustomization) =>
    readyOf(object)?.status === 'True';
  const isFailed = (object?: Kustomization) =>
    readyOf(object)?.status === 'False';
  const entriesOf = (object: Kustomization) =>
    object.status?.inventory?.entries.map(({ id }) => id).sort();
  /** Lets a write wait until something else was done. */
  const beforeWrite = (
    cluster: World['sandbox']['kubernetes'],
    resource: string,
  ) =>
    new Promise<void>(resolve => {
      cluster.faults.inject({
        latencyMs: 3_000,
        times: 1,
        match: request => {
          const meets = isWriteOf(resource)(request);
          if (meets) {
            resolve();
          }
          return meets;
        },
      });
    });

  it('the target is away: says so, prunes nothing, and goes on by itself', async () => {
    remote = await RemoteCluster.start();
    await world.apply(remote.secret());
    await world.apply(kustomization({ ...BY_SECRET, ...SOON }));
    await until(isReady);
    remote.kubernetes.faults.inject({
      disconnect: true,
      match: ({ userAgent }) => userAgent !== 'administrator',
    });
    const sha = await push({ 'app/a.yaml': configMap('a', '2') }, [
      'app/b.yaml',
    ]);
    const failed = await until(isFailed);
    expect(readyOf(failed)).toMatchObject({
      reason: 'ReconciliationFailed',
      message: expect.stringContaining(`cannot reach ${remote.kubernetes.url}`),
    });
    expect(entriesOf(failed)).toHaveLength(3);
    remote.kubernetes.faults.clear();
    const object = await world.until<Kustomization>(
      { ...refOf('app', 'Kustomization'), apiVersion: failed.apiVersion },
      isReadyAt(sha),
      60_000,
    );
    expect(entriesOf(object)).toEqual([
      'default_a__ConfigMap',
      'default_s__Secret',
    ]);
    expect(await remote.client.get(refOf('b'))).toBeUndefined();
  });

  it('the target goes away in the middle of an apply: nothing is lost', async () => {
    remote = await RemoteCluster.start();
    const { faults } = remote.kubernetes;
    await world.apply(remote.secret());
    // The first write is done and the connection breaks; so do all after it.
    faults.inject({ dropResponse: true, match: isWriteOf('configmaps') });
    faults.inject({ disconnect: true, match: isWriteOf('secrets') });
    await world.apply(kustomization({ ...BY_SECRET, ...SOON }));
    await until(isFailed);
    faults.clear();
    // What was written then has left the source now.
    const sha = await push({ 'app/a.yaml': configMap('a', '2') }, [
      'app/b.yaml',
    ]);
    const object = await until(isReadyAt(sha));
    expect(entriesOf(object)).toEqual([
      'default_a__ConfigMap',
      'default_s__Secret',
    ]);
    expect(await remote.client.get(refOf('b'))).toBeUndefined();
  });

  it('the target is away while the Kustomization is deleted: it stays until all is gone', async () => {
    remote = await RemoteCluster.start();
    await world.apply(remote.secret());
    await world.apply(kustomization({ ...BY_SECRET, ...SOON }));
    const { apiVersion } = await until(isReady);
    remote.kubernetes.faults.inject({
      disconnect: true,
      match: ({ userAgent }) => userAgent !== 'administrator',
    });
    const ref = { ...refOf('app', 'Kustomization'), apiVersion };
    await world.client.delete(ref);
    const stuck = await until(isFailed);
    expect(readyOf(stuck)).toMatchObject({
      reason: 'PruneFailed',
      message: expect.stringMatching(
        /^unable to prune objects: .*cannot reach .*; to leave them behind, set spec.deletionPolicy to Orphan$/,
      ),
    });
    remote.kubernetes.faults.clear();
    await world.until(ref, object => object === undefined, 60_000);
    expect(await remote.client.get(refOf('a'))).toBeUndefined();
  });

  it('the home is away: it goes on by itself, and prunes nothing wrongly', async () => {
    await world.apply(kustomization(SOON));
    await until(isReady);
    const { faults } = world.sandbox.kubernetes;
    const away = new Promise<void>(resolve => {
      faults.inject({
        match: ({ userAgent }) => {
          const meets = userAgent === PORTAL_AGENT;
          if (meets) {
            resolve();
          }
          return meets;
        },
        disconnect: true,
      });
    });
    faults.dropWatches();
    const sha = await push({ 'app/a.yaml': configMap('a', '2') });
    await away;
    faults.clear();
    await fetched(sha);
    const object = await until(isReadyAt(sha));
    expect(entriesOf(object)).toHaveLength(3);
    expect(await world.client.get(refOf('b'))).toBeDefined();
  });

  it('rights are taken away between dry run and apply', async () => {
    for (const object of [account('deployer'), binding('deployer')]) {
      await world.apply(object);
    }
    await world.apply(
      kustomization({ ...SOON, serviceAccountName: 'deployer' }),
    );
    await until(isReady);
    const writing = beforeWrite(world.sandbox.kubernetes, 'secrets');
    await push(
      {
        'app/a.yaml': configMap('a', '2'),
        'app/new.yaml': configMap('new'),
        'app/s.yaml': secret('2'),
      },
      ['app/b.yaml'],
    );
    await writing;
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      name: 'deployer',
    };
    await world.client.delete(role);
    const failed = await until(isFailed);
    expect(readyOf(failed)).toMatchObject({
      reason: 'ReconciliationFailed',
      message: expect.stringContaining(
        'User "system:serviceaccount:default:deployer" cannot',
      ),
    });
    // Nothing that was applied is gone, or has left the inventory.
    expect(await world.client.get(refOf('b'))).toBeDefined();
    expect(entriesOf(failed)).toEqual(
      expect.arrayContaining([
        'default_a__ConfigMap',
        'default_b__ConfigMap',
        'default_s__Secret',
      ]),
    );
    // What the broken attempt has created leaves the source before it is whole.
    await world.apply(binding('deployer'));
    const sha = await push({}, ['app/new.yaml']);
    const object = await until(isReadyAt(sha));
    expect(entriesOf(object)).toEqual([
      'default_a__ConfigMap',
      'default_s__Secret',
    ]);
    expect(await world.client.get(refOf('new'))).toBeUndefined();
    expect(await world.client.get(refOf('b'))).toBeUndefined();
  });

  it('the token of a kubeconfig is revoked in the middle of a run', async () => {
    remote = await RemoteCluster.start();
    const tokenOf = async (name: string) => {
      await remote!.client.create(account(name));
      await remote!.client.create(binding(name));
      const { text } = await remote!.client.raw(
        `/api/v1/namespaces/default/serviceaccounts/${name}/token`,
        { method: 'POST', body: { spec: {} } },
      );
      return String(JSON.parse(text).status.token);
    };
    const first = await tokenOf('first');
    await world.apply(
      remote.secret('remote', { kubeconfig: remote.kubeconfigWith(first) }),
    );
    await world.apply(kustomization({ ...BY_SECRET, ...SOON }));
    await until(isReady);
    const writing = beforeWrite(remote.kubernetes, 'secrets');
    await push({ 'app/s.yaml': secret('2') }, ['app/b.yaml']);
    await writing;
    await remote.client.delete(refOf('first', 'ServiceAccount'));
    const failed = await until(isFailed);
    expect(readyOf(failed)).toMatchObject({
      reason: 'ReconciliationFailed',
      message: expect.stringMatching(/Unauthorized/),
    });
    expect(entriesOf(failed)).toHaveLength(3);
    expect(JSON.stringify(failed)).not.toContain(first);

    const second = await tokenOf('second');
    await world.client.replace(
      remote.secret('remote', { kubeconfig: remote.kubeconfigWith(second) }),
    );
    const object = await until(isReady);
    expect(entriesOf(object)).toEqual([
      'default_a__ConfigMap',
      'default_s__Secret',
    ]);
    expect(await remote.client.get(refOf('b'))).toBeUndefined();
  });
});
