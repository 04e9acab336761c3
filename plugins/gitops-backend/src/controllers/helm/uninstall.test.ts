import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { migratedDatabases } from '../../__testUtils__/databases';
import { conditionOf, HelmScene } from './__testUtils__/HelmScene';

jest.setTimeout(240_000);

const CHART = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'HelmChart',
  namespace: 'default',
};

describe('deleting a HelmRelease', () => {
  const init = migratedDatabases();
  let scene: HelmScene;

  beforeAll(async () => {
    scene = await HelmScene.start({ database: init('SQLITE_3') });
  });

  afterAll(() => scene?.stop());

  const release = async (
    name: string,
    spec: Parameters<HelmScene['apply']>[1] = {},
  ) => {
    await scene.apply(name, spec);
    await scene.released(name);
  };
  const remove = (name: string) => scene.world.client.delete(scene.ref(name));
  const configMap = (name: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    namespace: 'default',
    name,
  });

  it('uninstalls its release, and deletes its HelmChart', async () => {
    await release('web');
    await remove('web');
    await scene.gone('web');
    expect(await scene.revisions('web')).toEqual([]);
    expect(await scene.value('web')).toBeUndefined();
    expect(
      await scene.world.client.get({ ...CHART, name: 'default-web' }),
    ).toBeUndefined();
  });

  it('leaves all where it is suspended', async () => {
    await release('left');
    await scene.apply('left', { suspend: true });
    await remove('left');
    await scene.gone('left');
    expect(await scene.revisions('left')).toEqual(['1 deployed']);
    expect(await scene.value('left')).toBe('1');
  });

  it('keeps the records where it is told to', async () => {
    await release('kept', { uninstall: { keepHistory: true } });
    await remove('kept');
    await scene.gone('kept');
    expect(await scene.revisions('kept')).toEqual(['1 uninstalled']);
    expect(await scene.value('kept')).toBeUndefined();
  });

  it('waits for objects with finalizers, and says so', async () => {
    await release('held', { uninstall: { timeout: '2s' } });
    await scene.world.client.patch(configMap('held'), {
      type: 'merge',
      body: { metadata: { finalizers: ['example.test/held'] } },
    });
    await remove('held');
    const object = await scene.until(
      'held',
      one => conditionOf(one, 'Released')?.[1] === 'UninstallFailed',
    );
    expect(conditionOf(object, 'Released')?.[2]).toMatch(
      /^Helm uninstall failed for release default\/held\.v1 with chart game@0\.1\.0: .*ConfigMap\/default\/held still exists/s,
    );
    await scene.world.client.patch(configMap('held'), {
      type: 'merge',
      body: { metadata: { finalizers: null } },
    });
    await scene.gone('held');
    expect(
      await scene.world.client.get<KubernetesObject>(configMap('held')),
    ).toBeUndefined();
  });

  it('ends where its ServiceAccount is gone', async () => {
    await release('acting');
    await scene.apply('acting', { serviceAccountName: 'gone' });
    await scene.until(
      'acting',
      one => conditionOf(one, 'Ready')?.[0] !== 'True',
    );
    await remove('acting');
    await scene.gone('acting');
    expect(await scene.value('acting')).toBe('1');
  });
});
