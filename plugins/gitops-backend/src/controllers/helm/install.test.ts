import {
  migratedDatabases,
  testDatabaseIds,
} from '../../__testUtils__/databases';
import { conditionOf, HelmScene, historyOf } from './__testUtils__/HelmScene';

jest.setTimeout(240_000);

describe.each(testDatabaseIds)('installing a HelmRelease, with %s', id => {
  const init = migratedDatabases();
  let scene: HelmScene;

  beforeAll(async () => {
    scene = await HelmScene.start({ database: init(id) });
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
    await scene.apply('calm');
    await scene.released('calm');
    await scene.reconcile('calm');
    expect(await scene.revisions('calm')).toEqual(['1 deployed']);
  });

  it('stalls where it fails and may not be tried again', async () => {
    await scene.apply('once', { values: { job: 'failed' } });
    const object = await scene.stalled('once', 'RetriesExceeded');
    expect(conditionOf(object, 'Stalled')).toEqual([
      'True',
      'RetriesExceeded',
      'Failed to install after 1 attempt(s)',
    ]);
    expect(conditionOf(object, 'Ready')).toEqual([
      'False',
      'InstallFailed',
      expect.stringMatching(
        /^Helm install failed for release default\/once with chart game@0\.1\.0: .*Job\/default\/once-1/s,
      ),
    ]);
    expect(object.status).toMatchObject({
      ...{ failures: 1, installFailures: 1, observedGeneration: 1 },
      inventory: { entries: expect.arrayContaining([]) },
    });
    expect(await scene.revisions('once')).toEqual(['1 failed']);
    expect(
      (await scene.events('once')).find(event =>
        event.startsWith('InstallFailed'),
      ),
    ).toContain('Last Helm logs:');

    await scene.apply('once', { values: { job: 'ok' } });
    const repaired = await scene.released('once');
    expect(historyOf(repaired)).toEqual([
      '2 deployed 0.1.0',
      '1 superseded 0.1.0',
    ]);
    expect(repaired.status).not.toHaveProperty('failures');
    expect(conditionOf(repaired, 'Stalled')).toBeUndefined();
  });

  it('uninstalls what failed before it tries again', async () => {
    await scene.apply('twice', {
      values: { job: 'failed' },
      install: { remediation: { retries: 1 } },
    });
    const object = await scene.stalled('twice', 'RetriesExceeded');
    expect(object.status).toMatchObject({ installFailures: 2 });
    expect(conditionOf(object, 'Stalled')?.[2]).toBe(
      'Failed to install after 2 attempt(s)',
    );
    const events = await scene.events('twice');
    expect(events).toContain(
      'UninstallSucceeded: Helm uninstall remediation for release default/twice.v1 with chart game@0.1.0 succeeded',
    );
    expect(await scene.revisions('twice')).toEqual(['1 failed']);
  });

  it('uninstalls what failed last, where it is told to', async () => {
    await scene.apply('clean', {
      values: { job: 'failed' },
      install: { remediation: { remediateLastFailure: true } },
    });
    const object = await scene.stalled('clean', 'RetriesExceeded');
    expect(conditionOf(object, 'Ready')?.slice(0, 2)).toEqual([
      'False',
      'UninstallSucceeded',
    ]);
    expect(conditionOf(object, 'Remediated')?.[0]).toBe('True');
    expect(await scene.revisions('clean')).toEqual([]);
    expect(await scene.value('clean')).toBeUndefined();
  });

  it('tries again by upgrades, where that is the strategy', async () => {
    await scene.apply('again', {
      values: { job: 'failed' },
      install: { strategy: { name: 'RetryOnFailure', retryInterval: '1s' } },
      upgrade: { strategy: { name: 'RetryOnFailure', retryInterval: '1h' } },
    });
    const object = await scene.until('again', ({ status }) =>
      Boolean(status?.history?.some(({ version }) => version === 2)),
    );
    expect(conditionOf(object, 'Reconciling')).toEqual([
      'True',
      'ProgressingWithRetry',
      'retrying after 1h0m0s',
    ]);
    expect(historyOf(object)).toEqual(['2 failed 0.1.0', '1 failed 0.1.0']);
    await scene.apply('again', { values: { job: 'ok' } });
    await scene.released('again');
  });

  it('makes the namespace of the release where it is told to', async () => {
    await scene.apply('elsewhere', {
      targetNamespace: 'games',
      install: { createNamespace: true },
    });
    const object = await scene.released('elsewhere');
    expect(object.status?.history?.[0]).toMatchObject({
      name: 'games-elsewhere',
      namespace: 'games',
    });
    expect(
      await scene.world.client.get({
        ...{ apiVersion: 'v1', kind: 'ConfigMap' },
        ...{ namespace: 'games', name: 'games-elsewhere' },
      }),
    ).toBeDefined();
    expect(await scene.revisions('games-elsewhere')).toEqual(['1 deployed']);
  });
});
