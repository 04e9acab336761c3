import { Kustomization } from '@backstage-gitops/plugin-gitops-common';
import { testClusters } from '../../__testUtils__/clusters';
import { migratedDatabases } from '../../__testUtils__/databases';
import { configMap, Scene, setting } from './__testUtils__/Scene';

jest.setTimeout(240_000);

type Spec = Partial<Kustomization['spec']>;

/** What becomes of the objects where the Kustomization is deleted. */
const POLICIES: [policy: string, spec: Spec, stays: boolean][] = [
  ['nothing said, prune', { prune: true }, false],
  ['nothing said, no prune', { prune: false }, true],
  ['MirrorPrune, prune', { deletionPolicy: 'MirrorPrune', prune: true }, false],
  [
    'MirrorPrune, no prune',
    { deletionPolicy: 'MirrorPrune', prune: false },
    true,
  ],
  ['Delete, no prune', { deletionPolicy: 'Delete', prune: false }, false],
  [
    'WaitForTermination, no prune',
    { deletionPolicy: 'WaitForTermination', prune: false },
    false,
  ],
  ['Orphan, prune', { deletionPolicy: 'Orphan', prune: true }, true],
  ['suspended', { suspend: true, prune: true }, true],
  [
    'suspended, Delete',
    { suspend: true, deletionPolicy: 'Delete', prune: true },
    true,
  ],
];

describe.each(testClusters)('deletion on $name', cluster => {
  const init = migratedDatabases();
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.start({
      cluster,
      database: init('SQLITE_3'),
      files: {
        ...Object.fromEntries(
          POLICIES.map((_, n) => [`p${n}/object.yaml`, configMap(`p${n}`)]),
        ),
        'some/free.yaml': configMap('some-free'),
        'some/kept.yaml': configMap('some-kept', {
          annotations: setting('prune', 'disabled'),
        }),
        'some/taken.yaml': configMap('some-taken'),
        'account/object.yaml': configMap('account'),
        'slow/object.yaml': configMap('slow'),
      },
    });
  });

  afterAll(() => scene?.stop());

  const remove = async (name: string) => {
    await scene.world.client.delete(scene.ref(name));
    await scene.gone(name);
  };

  it.each(
    POLICIES.map(([policy, spec, stays], n) => ({ policy, spec, stays, n })),
  )('with $policy', async ({ spec, stays, n }) => {
    const { suspend, ...rest } = spec;
    await scene.deliver(`p${n}`, rest);
    if (suspend) {
      await scene.apply(`p${n}`, spec);
    }
    await remove(`p${n}`);
    const left = await scene.read('ConfigMap', `p${n}`);
    expect(left !== undefined).toBe(stays);
  });

  it('leaves what asks to be left, or belongs to somebody else by now', async () => {
    await scene.deliver('some');
    await scene.world.client.patch(
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        namespace: 'default',
        name: 'some-taken',
      },
      {
        type: 'merge',
        body: {
          metadata: { labels: { 'kustomize.toolkit.fluxcd.io/name': 'other' } },
        },
      },
    );
    await remove('some');
    expect(await scene.read('ConfigMap', 'some-free')).toBeUndefined();
    expect(await scene.read('ConfigMap', 'some-kept')).toBeDefined();
    expect(await scene.read('ConfigMap', 'some-taken')).toBeDefined();
  });

  it('tells what it leaves behind where its ServiceAccount is gone', async () => {
    const rbac = 'rbac.authorization.k8s.io';
    await scene.world.apply({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'leaving', namespace: 'default' },
    });
    await scene.world.apply({
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: { name: 'leaving', namespace: 'default' },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name: 'leaving' }],
    } as never);
    const object = await scene.deliver('account', {
      serviceAccountName: 'leaving',
    });
    await scene.world.client.delete({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      namespace: 'default',
      name: 'leaving',
    });
    await remove('account');
    expect(await scene.read('ConfigMap', 'account')).toBeDefined();
    expect((await scene.world.eventsOf(object)).join('\n')).toMatch(
      /unable to prune objects[^]*ConfigMap\/default\/account/,
    );
  });

  it('does not wait for what has a finalizer, unless that is said', async () => {
    await scene.deliver('slow');
    const ref = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'default',
      name: 'slow',
    };
    await scene.world.client.patch(ref, {
      type: 'merge',
      body: { metadata: { finalizers: ['example.test/slow'] } },
    });
    await remove('slow');
    const left = await scene.read('ConfigMap', 'slow');
    expect(left?.metadata.deletionTimestamp).toBeDefined();
    await scene.world.client.patch(ref, {
      type: 'merge',
      body: { metadata: { finalizers: null } },
    });
  });
});
