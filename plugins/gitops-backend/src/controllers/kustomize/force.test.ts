import { testClusters } from '../../__testUtils__/clusters';
import { migratedDatabases } from '../../__testUtils__/databases';
import { conditionOf, configMap, Scene, setting } from './__testUtils__/Scene';

jest.setTimeout(240_000);

describe.each(testClusters)('spec.force on $name', cluster => {
  const init = migratedDatabases();
  let scene: Scene;

  const fixed = (name: string, value: string, annotations = {}) =>
    configMap(name, { value, immutable: true, annotations });

  beforeAll(async () => {
    scene = await Scene.start({
      cluster,
      database: init('SQLITE_3'),
      files: {
        'forced/fixed.yaml': fixed('forced', '1'),
        'forced/free.yaml': configMap('forced-free'),
        'one/fixed.yaml': fixed('one', '1', setting('force', 'Enabled')),
        'invalid/fixed.yaml': fixed('invalid', '1'),
      },
    });
  });

  afterAll(() => scene?.stop());

  const uidOf = async (name: string) =>
    (await scene.read('ConfigMap', name))?.metadata.uid;

  it('makes anew what cannot be changed, where it is said, and nothing else', async () => {
    await scene.deliver('forced');
    const before = [await uidOf('forced'), await uidOf('forced-free')];
    await scene.commit({
      files: {
        'forced/fixed.yaml': fixed('forced', '2'),
        'forced/free.yaml': configMap('forced-free', { value: '2' }),
      },
    });
    const failed = await scene.failed('forced', 'ReconciliationFailed');
    expect(conditionOf(failed, 'Ready')?.[2]).toMatch(
      /^ConfigMap\/default\/forced dry-run failed \(Invalid\): .*immutable/,
    );
    // Nothing of the set is changed where something of it cannot be.
    expect(await scene.read('ConfigMap', 'forced-free')).toMatchObject({
      data: { value: '1' },
    });
    expect(failed.status?.lastAppliedRevision).not.toBe(scene.revision);
    expect(failed.status?.lastAttemptedRevision).toBe(scene.revision);

    await scene.deliver('forced', { force: true });
    expect(await scene.read('ConfigMap', 'forced')).toMatchObject({
      data: { value: '2' },
    });
    const after = [await uidOf('forced'), await uidOf('forced-free')];
    expect(after[0]).not.toBe(before[0]);
    expect(after[1]).toBe(before[1]);
  });

  it('may be said of one object', async () => {
    await scene.deliver('one');
    const before = await uidOf('one');
    await scene.commit({
      files: {
        'one/fixed.yaml': fixed('one', '2', setting('force', 'enabled')),
      },
    });
    await scene.delivered('one');
    expect(await uidOf('one')).not.toBe(before);
    expect(await scene.read('ConfigMap', 'one')).toMatchObject({
      data: { value: '2' },
    });
  });

  it('deletes nothing for a manifest that is wrong by itself', async () => {
    await scene.deliver('invalid', { force: true });
    const before = await uidOf('invalid');
    await scene.commit({
      files: {
        'invalid/fixed.yaml': `
apiVersion: v1
kind: ConfigMap
metadata: {name: invalid}
immutable: true
data: {"not a key": "2"}
`,
      },
    });
    await scene.failed('invalid', 'ReconciliationFailed', /not a key/);
    expect(await uidOf('invalid')).toBe(before);
  });
});
