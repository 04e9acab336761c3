import { migratedDatabases } from '../../__testUtils__/databases';
import { conditionOf, HelmScene, historyOf } from './__testUtils__/HelmScene';

jest.setTimeout(240_000);

describe('a HelmRelease that changes while it is released', () => {
  const init = migratedDatabases();
  let scene: HelmScene;

  beforeAll(async () => {
    scene = await HelmScene.start({ database: init('SQLITE_3') });
  });

  afterAll(() => scene?.stop());

  /** Waits for a Job that does not end. */
  const underWay = (name: string, revision = 1) =>
    scene.world.until(
      {
        ...{ apiVersion: 'batch/v1', kind: 'Job' },
        ...{ namespace: 'default', name: `${name}-${revision}` },
      },
      object => object !== undefined,
    );

  it('gives way to another spec while it waits', async () => {
    await scene.apply('spec', { values: { job: 'progressing' } });
    await underWay('spec');
    await scene.apply('spec', { values: { job: 'ok' } });
    const object = await scene.released('spec');
    expect(historyOf(object)?.[0]).toBe('2 deployed 0.1.0');
    expect(object.status).not.toHaveProperty('failures');
    expect((await scene.events('spec')).join('\n')).toMatch(
      /HealthCheckCanceled: New reconciliation triggered by HelmRelease\/default\/spec/,
    );
    expect((await scene.events('spec')).join('\n')).not.toMatch(
      /InstallFailed/,
    );
  });

  it('gives way to its deletion while it waits', async () => {
    await scene.apply('deleted', { values: { job: 'progressing' } });
    await underWay('deleted');
    await scene.world.client.delete(scene.ref('deleted'));
    await scene.gone('deleted');
    expect(await scene.value('deleted')).toBeUndefined();
    expect(await scene.revisions('deleted')).toEqual([]);
  });

  // What waits then is given up when the portal stops.
  it('lets others work while it waits', async () => {
    // More than may run at the same time.
    const names = ['a', 'b', 'c', 'd'].map(letter => `slow-${letter}`);
    for (const name of names) {
      await scene.apply(name, { values: { job: 'progressing' } });
      await underWay(name);
    }
    await scene.apply('quick');
    await scene.released('quick');
    expect(await scene.revisions('quick')).toEqual(['1 deployed']);
  });

  it('is gone on with where a portal has stopped', async () => {
    await scene.apply('stopped', { values: { job: 'progressing' } });
    await underWay('stopped');
    await scene.restart();
    await underWay('stopped', 2);
    expect(await scene.revisions('stopped')).toEqual([
      '1 failed',
      '2 pending-upgrade',
    ]);
    await scene.apply('stopped', { values: { job: 'ok' } });
    const object = await scene.released('stopped');
    expect(object.status).not.toHaveProperty('failures');
  });

  it('gives way to another chart while it waits', async () => {
    await scene.apply('chart', { values: { job: 'progressing' } });
    await underWay('chart');
    await scene.commit('0.2.0', { 'templates/job.yaml': '' });
    const object = await scene.released('chart', '0.2.0');
    expect(historyOf(object)?.[0]).toBe('2 deployed 0.2.0');
    expect(conditionOf(object, 'Released')?.[1]).toBe('UpgradeSucceeded');
  });
});
