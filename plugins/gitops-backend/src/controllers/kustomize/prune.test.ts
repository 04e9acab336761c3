import { testClusters } from '../../__testUtils__/clusters';
import { migratedDatabases } from '../../__testUtils__/databases';
import {
  conditionOf,
  configMap,
  inventoryOf,
  Scene,
  setting,
} from './__testUtils__/Scene';

jest.setTimeout(240_000);

describe.each(testClusters)('spec.prune on $name', cluster => {
  const init = migratedDatabases();
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.start({
      cluster,
      database: init('SQLITE_3'),
      files: {
        'pruned/stays.yaml': configMap('pruned-stays'),
        'pruned/goes.yaml': configMap('pruned-goes'),
        'forgetful/stays.yaml': configMap('forgetful-stays'),
        'forgetful/goes.yaml': configMap('forgetful-goes'),
        'kept/stays.yaml': configMap('kept-stays'),
        ...Object.fromEntries(
          [
            ['prune', 'Disabled'],
            ['reconcile', 'disabled'],
            ['ssa', 'Ignore'],
          ].map(([name, value]) => [
            `kept/${name}.yaml`,
            configMap(`kept-${name}`, { annotations: setting(name, value) }),
          ]),
        ),
        'kept/taken.yaml': configMap('kept-taken'),
        'from/moves.yaml': configMap('moves'),
        'from/stays.yaml': configMap('from-stays'),
        'to/stays.yaml': configMap('to-stays'),
        'renamed/a.yaml': configMap('renamed'),
      },
    });
  });

  afterAll(() => scene?.stop());

  it('deletes what left Git, and says so', async () => {
    await scene.deliver('pruned');
    await scene.commit({ remove: ['pruned/goes.yaml'] });
    const done = await scene.delivered('pruned');
    expect(inventoryOf(done)).toEqual(['default_pruned-stays__ConfigMap']);
    expect(await scene.read('ConfigMap', 'pruned-goes')).toBeUndefined();
    expect(await scene.read('ConfigMap', 'pruned-stays')).toBeDefined();
    expect((await scene.world.eventsOf(done)).join('\n')).toContain(
      'ConfigMap/default/pruned-goes deleted',
    );
  });

  it('that is false forgets it instead, for good', async () => {
    await scene.deliver('forgetful', { prune: false });
    await scene.commit({ remove: ['forgetful/goes.yaml'] });
    const forgotten = await scene.delivered('forgetful');
    expect(inventoryOf(forgotten)).toEqual([
      'default_forgetful-stays__ConfigMap',
    ]);
    await scene.deliver('forgetful', { prune: true });
    expect(await scene.read('ConfigMap', 'forgetful-goes')).toBeDefined();
  });

  it('leaves what asks to be left, or belongs to somebody else by now', async () => {
    // Skipped objects are not made, but those that are there are known.
    for (const name of ['reconcile', 'ssa']) {
      await scene.world.apply({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          name: `kept-${name}`,
          namespace: 'default',
          labels: {
            'kustomize.toolkit.fluxcd.io/name': 'kept',
            'kustomize.toolkit.fluxcd.io/namespace': 'default',
          },
          annotations: setting(name, name === 'ssa' ? 'Ignore' : 'disabled'),
        },
      });
    }
    const first = await scene.deliver('kept');
    expect(inventoryOf(first)).toHaveLength(5);
    await scene.world.client.patch(
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        namespace: 'default',
        name: 'kept-taken',
      },
      {
        type: 'merge',
        body: {
          metadata: { labels: { 'kustomize.toolkit.fluxcd.io/name': 'other' } },
        },
      },
    );
    await scene.commit({
      remove: ['prune', 'reconcile', 'ssa', 'taken'].map(
        name => `kept/${name}.yaml`,
      ),
    });
    const done = await scene.delivered('kept');
    expect(inventoryOf(done)).toEqual(['default_kept-stays__ConfigMap']);
    for (const name of ['prune', 'reconcile', 'ssa']) {
      expect(await scene.read('ConfigMap', `kept-${name}`)).toBeDefined();
    }
  });

  it('takes nothing from the Kustomization that an object went to', async () => {
    await scene.deliver('from');
    await scene.deliver('to');
    const before = await scene.read('ConfigMap', 'moves');
    await scene.commit({
      files: { 'to/moves.yaml': configMap('moves') },
      remove: ['from/moves.yaml'],
    });
    const from = await scene.delivered('from');
    const to = await scene.delivered('to');
    expect(inventoryOf(from)).toEqual(['default_from-stays__ConfigMap']);
    expect(inventoryOf(to)).toHaveLength(2);
    const after = await scene.read('ConfigMap', 'moves');
    expect(after?.metadata.labels).toMatchObject({
      'kustomize.toolkit.fluxcd.io/name': 'to',
    });
    // Either was first; where the new one was, nothing was made anew.
    expect(after?.metadata.name).toBe(before?.metadata.name);
  });

  it('deletes by the old name what has another one now', async () => {
    await scene.deliver('renamed');
    const done = await scene.deliver('renamed', { namePrefix: 'new-' });
    expect(inventoryOf(done)).toEqual(['default_new-renamed__ConfigMap']);
    expect(await scene.read('ConfigMap', 'renamed')).toBeUndefined();
    expect(conditionOf(done, 'Ready')?.[1]).toBe('ReconciliationSucceeded');
  });
});
