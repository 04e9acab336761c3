// Servers: two of the sandbox's Kubernetes APIs, one of them the home, and its Git server.
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { migratedDatabases } from '../../__testUtils__/databases';
import { RemoteCluster } from '../../__testUtils__/remoteCluster';
import { conditionOf, HelmScene } from './__testUtils__/HelmScene';

jest.setTimeout(240_000);

describe('whom a release acts as, and where', () => {
  const init = migratedDatabases();
  let scene: HelmScene;
  let remote: RemoteCluster;

  beforeAll(async () => {
    remote = await RemoteCluster.start();
    scene = await HelmScene.start({ database: init('SQLITE_3') });
  });
  afterAll(async () => {
    await scene?.stop();
    await remote?.stop();
  });

  const account = async (name: string, ...resources: string[]) => {
    const metadata = { name, namespace: 'default' };
    const group = 'rbac.authorization.k8s.io';
    const objects: KubernetesObject[] = [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
      {
        ...{ apiVersion: `${group}/v1`, kind: 'Role', metadata },
        rules: [{ apiGroups: ['*'], resources, verbs: ['*'] }],
      } as KubernetesObject,
      {
        ...{ apiVersion: `${group}/v1`, kind: 'RoleBinding', metadata },
        roleRef: { apiGroup: group, kind: 'Role', name },
        subjects: [{ kind: 'ServiceAccount', ...metadata }],
      } as KubernetesObject,
    ];
    for (const object of objects) {
      await scene.world.apply(object);
    }
  };

  it('installs, upgrades and uninstalls with the rights of its ServiceAccount', async () => {
    await account('deployer', 'secrets', 'configmaps');
    const serviceAccountName = 'deployer';
    await scene.apply('mine', { serviceAccountName });
    await scene.released('mine');
    await scene.apply('mine', { serviceAccountName, values: { value: 'b' } });
    await scene.released('mine');
    expect(await scene.value('mine')).toBe('b');
    await scene.world.client.delete(scene.ref('mine'));
    await scene.gone('mine');
    expect(await scene.value('mine')).toBeUndefined();
    expect(await scene.revisions('mine')).toEqual([]);
  });

  it('says what its ServiceAccount may not do', async () => {
    await account('recorder', 'secrets');
    await scene.apply('denied', { serviceAccountName: 'recorder' });
    const object = await scene.failed(
      'denied',
      'InstallFailed',
      /User "system:serviceaccount:default:recorder" cannot .*configmaps/,
    );
    expect(conditionOf(object, 'Ready')?.[2]).toContain('ConfigMap');
    await account('recorder', 'secrets', 'configmaps');
    await scene.reconcile('denied', { reset: true });
    await scene.released('denied');
  });

  it('says that its ServiceAccount is not there', async () => {
    await scene.apply('orphan', { serviceAccountName: 'nobody' });
    const object = await scene.until(
      'orphan',
      one => conditionOf(one, 'Ready')?.[0] === 'False',
    );
    expect(conditionOf(object, 'Ready')).toEqual([
      'False',
      'StateError',
      expect.stringMatching(
        /^Could not determine release state: .*cannot list resource "secrets".*; the ServiceAccount default\/nobody does not exist: create it/,
      ),
    ]);
    await account('nobody', 'secrets', 'configmaps');
    await scene.reconcile('orphan', { reset: true });
    await scene.released('orphan');
  });

  it('is released to the cluster of its kubeconfig, records and all', async () => {
    await scene.world.apply(remote.secret());
    const kubeConfig = { secretRef: { name: 'remote' } };
    await scene.apply('far', { kubeConfig });
    await scene.released('far');
    const there = (kind: string, name: string) =>
      remote.client.get<KubernetesObject & { data?: object }>({
        ...{ apiVersion: 'v1', kind, namespace: 'default', name },
      });
    expect((await there('ConfigMap', 'far'))?.data).toMatchObject({
      value: '1',
    });
    expect(await there('Secret', 'sh.helm.release.v1.far.v1')).toBeDefined();
    expect(await scene.value('far')).toBeUndefined();
    expect(await scene.revisions('far')).toEqual([]);
    await scene.world.client.delete(scene.ref('far'));
    await scene.gone('far');
    expect(await there('ConfigMap', 'far')).toBeUndefined();
  });

  it('says that the Secret of its kubeconfig is not there', async () => {
    await scene.apply('lost', {
      kubeConfig: { secretRef: { name: 'nowhere' } },
    });
    const object = await scene.until(
      'lost',
      one => conditionOf(one, 'Ready')?.[0] === 'False',
    );
    expect(conditionOf(object, 'Ready')).toEqual([
      'False',
      'RESTClientError',
      expect.stringContaining('nowhere'),
    ]);
  });
});
