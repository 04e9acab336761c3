import { Release } from '@backstage-gitops/helm';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { migratedDatabases } from '../../__testUtils__/databases';
import { conditionOf, HelmScene, historyOf } from './__testUtils__/HelmScene';

jest.setTimeout(240_000);

const withStatus =
  (status: 'pending-install' | 'uninstalling' | 'pending-upgrade') =>
  (release: Release): Release => ({
    ...release,
    info: { ...release.info!, status },
  });

/** As they are after a process was killed, or after somebody meddled. */
describe('records of a HelmRelease that are not as it left them', () => {
  const init = migratedDatabases();
  let scene: HelmScene;

  beforeAll(async () => {
    scene = await HelmScene.start({ database: init('SQLITE_3') });
  });

  afterAll(() => scene?.stop());

  /** Makes a release, and nothing is done any more until it is resumed. */
  async function suspended(name: string): Promise<void> {
    await scene.apply(name);
    await scene.released(name);
    await scene.apply(name, { suspend: true });
  }

  it('an upgrade that never ended is unlocked and made again', async () => {
    await suspended('upgraded');
    const last = await scene.records.last('upgraded');
    await scene.records.create(
      withStatus('pending-upgrade')({ ...last!, version: 2 }),
    );
    await scene.apply('upgraded', { suspend: false });
    const object = await scene.released('upgraded');
    expect(await scene.events('upgraded')).toContain(
      'PendingRelease: Unlocked Helm release default/upgraded.v2 with chart game@0.1.0 in pending-upgrade state',
    );
    expect(await scene.revisions('upgraded')).toEqual([
      '1 superseded',
      '2 failed',
      '3 deployed',
    ]);
    expect(historyOf(object)).toEqual(['3 deployed 0.1.0']);
  });

  it('an install that never ended is unlocked and upgraded', async () => {
    await suspended('installed');
    await scene.meddle('installed', withStatus('pending-install'));
    await scene.apply('installed', { suspend: false });
    await scene.released('installed');
    expect(await scene.events('installed')).toContain(
      'PendingRelease: Unlocked Helm release default/installed.v1 with chart game@0.1.0 in pending-install state',
    );
    expect((await scene.revisions('installed')).at(-1)).toBe('2 deployed');
  });

  it('an uninstall that never ended is gone on with', async () => {
    await suspended('halfway');
    await scene.meddle('halfway', withStatus('uninstalling'));
    await scene.apply('halfway', { suspend: false });
    const object = await scene.released('halfway');
    expect(await scene.events('halfway')).toContain(
      'UninstallSucceeded: Helm uninstall remediation for release default/halfway.v1 with chart game@0.1.0 succeeded',
    );
    expect(historyOf(object)).toEqual(['1 deployed 0.1.0']);
  });

  it('a record that was deleted is made anew', async () => {
    await suspended('deleted');
    await scene.records.delete({ name: 'deleted', version: 1 });
    await scene.apply('deleted', { suspend: false });
    const object = await scene.released('deleted');
    expect(conditionOf(object, 'Released')?.[1]).toBe('InstallSucceeded');
    expect(await scene.revisions('deleted')).toEqual(['1 deployed']);
  });

  it('a record that was changed is not trusted', async () => {
    await suspended('changed');
    await scene.meddle('changed', release => ({
      ...release,
      manifest: release.manifest.replace('value: "1"', 'value: "mine"'),
    }));
    await scene.apply('changed', { suspend: false });
    const object = await scene.released('changed');
    expect(conditionOf(object, 'Released')?.[1]).toBe('UpgradeSucceeded');
    expect(await scene.value('changed')).toBe('1');
    expect(historyOf(object)).toEqual(['2 deployed 0.1.0']);
  });

  it('a record that nobody can read is passed over', async () => {
    await suspended('corrupt');
    await scene.world.client.patch(
      {
        ...{ apiVersion: 'v1', kind: 'Secret', namespace: 'default' },
        name: 'sh.helm.release.v1.corrupt.v1',
      },
      { type: 'merge', body: { data: { release: 'bm90IGEgcmVsZWFzZQ==' } } },
    );
    await scene.apply('corrupt', { suspend: false, values: { value: '2' } });
    await scene.released('corrupt');
    expect(await scene.value('corrupt')).toBe('2');
    expect(await scene.revisions('corrupt')).toEqual(['2 deployed']);
    const record = await scene.read<KubernetesObject & { data?: object }>(
      'Secret',
      'sh.helm.release.v1.corrupt.v1',
    );
    expect(record?.data).toEqual({ release: 'bm90IGEgcmVsZWFzZQ==' });
  });

  it('an install that never ended goes with its HelmRelease', async () => {
    await suspended('unborn');
    const { world } = scene;
    await world.stopPortal(world.running[0]);
    await scene.meddle('unborn', withStatus('pending-install'));
    await world.client.patch(scene.ref('unborn'), {
      ...{ type: 'merge', subresource: 'status' },
      body: { status: { history: null } },
    });
    await scene.apply('unborn', { suspend: false });
    await world.client.delete(scene.ref('unborn'));
    await scene.startPortal();
    await scene.gone('unborn');
    expect(await scene.revisions('unborn')).toEqual([]);
    expect(await scene.value('unborn')).toBeUndefined();
  });

  it('a release of somebody else is taken over', async () => {
    await suspended('theirs');
    const last = await scene.records.last('theirs');
    await scene.records.create({ ...last!, name: 'foreign' });
    await scene.apply('ours', { releaseName: 'foreign' });
    const object = await scene.released('ours');
    expect(conditionOf(object, 'Released')?.[1]).toBe('UpgradeSucceeded');
    expect(historyOf(object)).toEqual(['2 deployed 0.1.0']);
  });

  it('two HelmReleases for one release do not fight for it', async () => {
    await scene.apply('elder', { releaseName: 'shared' });
    await scene.released('elder');
    await scene.apply('younger', {
      releaseName: 'shared',
      values: { value: 'theirs' },
    });
    const object = await scene.failed('younger', 'ReleaseConflict');
    expect(conditionOf(object, 'Ready')?.[2]).toBe(
      'the release default/shared is made by HelmRelease default/elder already, which is older; set another spec.releaseName, or delete one of them',
    );
    expect(await scene.revisions('shared')).toEqual(['1 deployed']);
    await scene.world.client.delete(scene.ref('younger'));
    await scene.gone('younger');
    expect(await scene.revisions('shared')).toEqual(['1 deployed']);
  });
});
