// Servers: two of the sandbox's Kubernetes APIs, one of them the home, and its Git server.
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { Kustomization } from '@backstage-gitops/plugin-gitops-common';
import { migratedDatabases } from '../../__testUtils__/databases';
import {
  deliveryWorld,
  untilKustomization,
} from '../../__testUtils__/deliveries';
import {
  kubeconfigOf,
  kubeconfigSecret,
  RemoteCluster,
} from '../../__testUtils__/remoteCluster';
import { kustomization, readyOf, World } from '../../__testUtils__/world';

jest.setTimeout(120_000);

const configMap = (name: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: default}\n`;
const refOf = (name: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'default',
  name,
});
const kinds = {
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
};
const bySecret = { kubeConfig: { secretRef: { name: 'remote' } } };
const isReady = (object?: Kustomization) =>
  readyOf(object)?.status === 'True' &&
  object?.status?.observedGeneration === object?.metadata.generation;
const isFailed = (object?: Kustomization) =>
  readyOf(object)?.status === 'False';

describe('spec.kubeConfig.secretRef', () => {
  const init = migratedDatabases();
  let world: World;
  let remote: RemoteCluster;

  beforeEach(async () => {
    remote = await RemoteCluster.start();
    world = await deliveryWorld(init('SQLITE_3'), {
      'app/a.yaml': configMap('a'),
      'app/b.yaml': configMap('b'),
      'slow/deploy.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: default}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "registry.example/web:1"}]}
`,
    });
  });

  afterEach(async () => {
    await world?.stop();
    await remote?.stop();
  });

  const request = (name: string, at: string) =>
    world.client.patch(
      {
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        namespace: 'default',
        name,
      },
      {
        type: 'merge',
        body: {
          metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': at } },
        },
      },
    );
  const removeOfGit = async (file: string) => {
    await world.sandbox.git.commit('team/app', { remove: [file] });
    await world.client.patch(
      {
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind: 'GitRepository',
        namespace: 'default',
        name: 'repo',
      },
      {
        type: 'merge',
        body: {
          metadata: {
            annotations: { 'reconcile.fluxcd.io/requestedAt': file },
          },
        },
      },
    );
  };

  it.each([
    ['key value', {}, 'value'],
    ['key value.yaml', {}, 'value.yaml'],
    ['a named key', { key: 'prod' }, 'prod'],
  ])(
    'applies, prunes and deletes in the other cluster: %s',
    async (_, ref, key) => {
      await world.apply(remote.secret('remote', { key }));
      await world.apply(
        kustomization({
          kubeConfig: { secretRef: { name: 'remote', ...ref } },
        }),
      );
      await untilKustomization(world, 'app', isReady);
      expect(await remote.client.get(refOf('a'))).toBeDefined();
      expect(await world.client.get(refOf('a'))).toBeUndefined();

      await removeOfGit('app/b.yaml');
      await untilKustomization(
        world,
        'app',
        object =>
          isReady(object) && object?.status?.inventory?.entries.length === 1,
      );
      expect(await remote.client.get(refOf('b'))).toBeUndefined();

      await world.client.delete({ ...refOf('app'), ...kinds });
      await world.until({ ...refOf('app'), ...kinds }, object => !object);
      expect(await remote.client.get(refOf('a'))).toBeUndefined();
    },
  );

  it('waits for health in the other cluster', async () => {
    await world.apply(remote.secret());
    await world.apply(
      kustomization({ ...bySecret, path: './slow', wait: true, timeout: '1m' }),
    );
    const object = await untilKustomization(world, 'app', isReady);
    expect(
      object.status?.conditions?.find(({ type }) => type === 'Healthy'),
    ).toMatchObject({ status: 'True' });
  });

  it.each([
    [
      'is not there',
      undefined,
      'Secret default/remote not found; create it, or correct spec.kubeConfig.secretRef',
    ],
    [
      'has no kubeconfig',
      { other: 'x' },
      "has no key 'value' with a kubeconfig",
    ],
    ['is nonsense', { value: 's3cret: [' }, 'the kubeconfig is not valid YAML'],
    [
      'runs a command',
      {
        value: kubeconfigOf({
          server: 'https://127.0.0.1:1',
          token: 's3cret',
        }).replace(
          '"user":{"token"',
          '"user":{"exec":{"command":"sh"},"token"',
        ),
      },
      'runs a command, which is not allowed; use a token or a client certificate',
    ],
    [
      'reads a file',
      {
        value: kubeconfigOf({
          server: 'https://127.0.0.1:1',
          token: 's3cret',
          'certificate-authority': '/etc/passwd',
        }),
      },
      'names a file, which is not allowed',
    ],
    [
      'trusts anybody',
      {
        value: kubeconfigOf({
          server: 'https://127.0.0.1:1',
          token: 's3cret',
          'insecure-skip-tls-verify': true,
        }),
      },
      'does not verify the server, which is not allowed',
    ],
    [
      'leads to a metadata service',
      {
        value: kubeconfigOf({
          server: 'https://169.254.169.254',
          token: 's3cret',
        }),
      },
      'an administrator can allow a host in gitops.network.allow',
    ],
  ])(
    'says what is wrong, and goes on once it is right: a Secret that %s',
    async (_, data, message) => {
      if (data) {
        await world.apply(kubeconfigSecret('remote', data));
      }
      await world.apply(kustomization(bySecret));
      const failed = await untilKustomization(world, 'app', isFailed);
      expect(readyOf(failed)).toMatchObject({
        reason: 'ReconciliationFailed',
        message: expect.stringContaining(message),
      });
      expect(JSON.stringify(failed)).not.toContain('s3cret');
      expect((await world.eventsOf(failed)).join('\n')).not.toContain('s3cret');

      await world.client
        .replace(remote.secret())
        .catch(() => world.apply(remote.secret()));
      await request('app', 'again');
      await untilKustomization(world, 'app', isReady);
    },
  );

  it('keeps the finalizer while it cannot prune, and says how to let go', async () => {
    await world.apply(remote.secret());
    await world.apply(kustomization(bySecret));
    await untilKustomization(world, 'app', isReady);
    await world.client.delete({ ...refOf('remote'), kind: 'Secret' });
    await world.client.delete({ ...refOf('app'), ...kinds });
    const stuck = await untilKustomization(world, 'app', isFailed);
    expect(readyOf(stuck)).toMatchObject({
      reason: 'PruneFailed',
      message:
        'unable to prune objects: Secret default/remote not found; create it, or correct spec.kubeConfig.secretRef; to leave them behind, set spec.deletionPolicy to Orphan',
    });
    expect(await remote.client.get(refOf('a'))).toBeDefined();

    await world.client.patch(
      { ...refOf('app'), ...kinds },
      { type: 'merge', body: { spec: { deletionPolicy: 'Orphan' } } },
    );
    await world.until({ ...refOf('app'), ...kinds }, object => !object);
    expect(await remote.client.get(refOf('a'))).toBeDefined();
  });

  it('holds a prune where the kubeconfig leads to another cluster now', async () => {
    await world.apply(remote.secret());
    await world.apply(kustomization(bySecret));
    await untilKustomization(world, 'app', isReady);
    const other = await RemoteCluster.start();
    try {
      // Delivered by another portal, under the same name.
      const labels = {
        'kustomize.toolkit.fluxcd.io/name': 'app',
        'kustomize.toolkit.fluxcd.io/namespace': 'default',
      };
      await other.client.create({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'b', namespace: 'default', labels },
      });
      await world.client.replace({ ...other.secret() } as KubernetesObject);
      await removeOfGit('app/b.yaml');
      const held = await untilKustomization(
        world,
        'app',
        object =>
          object?.status?.conditions?.some(
            ({ type }) => type === 'PruneHeld',
          ) ?? false,
      );
      const hold = held.status?.conditions?.find(
        ({ type }) => type === 'PruneHeld',
      );
      expect(hold).toMatchObject({ reason: 'TargetReplaced' });
      expect(hold?.message).toContain(
        '1 of 2 objects would be deleted, and spec.kubeConfig leads to another cluster than before',
      );
      expect(await other.client.get(refOf('a'))).toBeDefined();
      expect(await other.client.get(refOf('b'))).toBeDefined();

      const digest = /approved-prune: (\S+)/.exec(hold!.message)![1];
      await world.client.patch(
        { ...refOf('app'), ...kinds },
        {
          type: 'merge',
          body: {
            metadata: {
              annotations: { 'backstage-gitops.io/approved-prune': digest },
            },
          },
        },
      );
      await untilKustomization(
        world,
        'app',
        object =>
          isReady(object) && object?.status?.inventory?.entries.length === 1,
      );
      expect(await other.client.get(refOf('b'))).toBeUndefined();
      expect(await remote.client.get(refOf('b'))).toBeDefined();
    } finally {
      await other.stop();
    }
  });
});
