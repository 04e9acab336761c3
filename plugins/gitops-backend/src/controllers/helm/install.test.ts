import { migratedDatabases } from '../../__testUtils__/databases';
import {
  CONFIG_MAP,
  conditionOf,
  HelmScene,
  historyOf,
} from './__testUtils__/HelmScene';

jest.setTimeout(240_000);

describe('installing a HelmRelease', () => {
  const init = migratedDatabases();
  let scene: HelmScene;

  beforeAll(async () => {
    scene = await HelmScene.start({
      database: init('SQLITE_3'),
      files: {
        'templates/config.yaml': CONFIG_MAP,
        'templates/notes.txt': '',
      },
    });
  });

  afterAll(() => scene?.stop());

  it('makes a release of a chart in a repository', async () => {
    await scene.apply('web', { values: { value: 'x' } });
    const object = await scene.released('web', '0.1.0');
    expect(await scene.value('web')).toBe('x');
    expect(await scene.revisions('web')).toEqual(['1 deployed']);
    expect(historyOf(object)).toEqual(['1 deployed 0.1.0']);
    expect(conditionOf(object, 'Released')).toEqual([
      'True',
      'InstallSucceeded',
      'Helm install succeeded for release default/web.v1 with chart game@0.1.0',
    ]);
    expect(object.status).toMatchObject({
      storageNamespace: 'default',
      helmChart: 'default/default-web',
      lastAttemptedGeneration: 1,
      lastAttemptedRevision: '0.1.0',
      lastAttemptedReleaseAction: 'install',
      inventory: { entries: [{ id: 'default_web__ConfigMap', v: 'v1' }] },
    });
    expect(await scene.events('web')).toContain(
      'InstallSucceeded: Helm install succeeded for release default/web.v1 with chart game@0.1.0',
    );
  });

  it('makes no new revision where nothing differs', async () => {
    await scene.apply('calm', {});
    await scene.released('calm');
    await scene.reconcile('calm');
    expect(await scene.revisions('calm')).toEqual(['1 deployed']);
  });
});
