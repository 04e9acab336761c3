import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { testClusters } from '../../__testUtils__/clusters';
import { migratedDatabases } from '../../__testUtils__/databases';
import { configMap, Scene, setting } from './__testUtils__/Scene';

jest.setTimeout(240_000);

const WAIT_MS = 120_000;

describe.each(testClusters)('what was changed by hand on $name', cluster => {
  const init = migratedDatabases();
  let scene: Scene;

  const names = ['asked', 'interval', 'taken', 'merged', 'once', 'quiet'];

  beforeAll(async () => {
    scene = await Scene.start({
      cluster,
      database: init('SQLITE_3'),
      files: {
        ...Object.fromEntries(
          names.map(name => [`${name}/object.yaml`, configMap(name)]),
        ),
        'merged/object.yaml': configMap('merged', {
          annotations: setting('ssa', 'merge'),
        }),
        'once/object.yaml': configMap('once', {
          annotations: setting('ssa', 'IfNotPresent'),
        }),
      },
      // Otherwise it is corrected at once; see driftWatch.test.ts.
      portal: { watchDrift: false },
    });
  });

  afterAll(() => scene?.stop());

  const refOf = (name: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    namespace: 'default',
    name,
  });

  const edit = (name: string, data: object, fieldManager = 'kubectl-edit') =>
    scene.world.client.patch(refOf(name), {
      type: 'merge',
      body: { data },
      fieldManager,
    });

  const dataOf = async (name: string) =>
    (await scene.read('ConfigMap', name))?.data;

  it('is corrected on request', async () => {
    await scene.deliver('asked');
    await edit('asked', { value: 'by hand' });
    const done = await scene.reconcile('asked');
    expect(await dataOf('asked')).toEqual({ value: '1' });
    expect((await scene.world.eventsOf(done)).join('\n')).toContain(
      'ConfigMap/default/asked configured',
    );
    await scene.world.client.delete(refOf('asked'));
    await scene.reconcile('asked');
    expect(await dataOf('asked')).toEqual({ value: '1' });
  });

  it('is corrected at the interval', async () => {
    await scene.deliver('interval', { interval: '1s' });
    await edit('interval', { value: 'by hand' });
    await scene.world.until<KubernetesObject & { data?: { value?: string } }>(
      refOf('interval'),
      object => object?.data?.value === '1',
      WAIT_MS,
    );
    await scene.world.client.delete(refOf('interval'));
    await scene.world.until<KubernetesObject & { data?: { value?: string } }>(
      refOf('interval'),
      object => object?.data?.value === '1',
      WAIT_MS,
    );
    expect(await dataOf('interval')).toEqual({ value: '1' });
    await scene.apply('interval', { interval: '1h', suspend: true });
  });

  it('of kubectl becomes ours, as far as it is said in Git, and the rest goes', async () => {
    await scene.world.client.apply(
      {
        ...{ apiVersion: 'v1', kind: 'ConfigMap' },
        metadata: {
          name: 'taken',
          namespace: 'default',
          annotations: {
            'kubectl.kubernetes.io/last-applied-configuration': '{}',
          },
        },
        data: { value: 'old', more: 'of kubectl' },
      } as KubernetesObject,
      { fieldManager: 'kubectl' },
    );
    await scene.deliver('taken');
    const live = await scene.read('ConfigMap', 'taken');
    expect(live?.data).toEqual({ value: '1' });
    expect(live?.metadata.annotations ?? {}).toEqual({});
  });

  it('stays beside ours where the object says Merge', async () => {
    await scene.deliver('merged');
    await edit('merged', { value: 'by hand', more: 'by hand' }, 'kubectl');
    await scene.reconcile('merged');
    expect(await dataOf('merged')).toEqual({ value: '1', more: 'by hand' });
  });

  it('stays where the object is only to be made', async () => {
    await scene.deliver('once');
    await edit('once', { value: 'by hand' });
    await scene.reconcile('once');
    expect(await dataOf('once')).toEqual({ value: 'by hand' });
  });

  it('is nothing that a run writes for where nothing differs', async () => {
    await scene.deliver('quiet');
    const before = await scene.read('ConfigMap', 'quiet');
    const first = await scene.reconcile('quiet');
    const second = await scene.reconcile('quiet');
    expect(
      (await scene.read('ConfigMap', 'quiet'))?.metadata.resourceVersion,
    ).toBe(before?.metadata.resourceVersion);
    // One entry of the history counts them; Ready has not moved.
    expect(second.status).toMatchObject({
      history: [
        {
          lastReconciledStatus: 'ReconciliationSucceeded',
          totalReconciliations: 3,
        },
      ],
    });
    expect(second.status?.conditions).toEqual(first.status?.conditions);
    expect(
      (await scene.world.eventsOf(second)).filter(event =>
        event.includes('Reconciliation finished'),
      ),
    ).toHaveLength(1);
  });
});
