import {
  migratedDatabases,
  testDatabaseIds,
} from '../../__testUtils__/databases';
import { conditionOf, HelmScene, historyOf } from './__testUtils__/HelmScene';

jest.setTimeout(240_000);

describe.each(testDatabaseIds)('upgrading a HelmRelease, with %s', id => {
  const init = migratedDatabases();
  let scene: HelmScene;

  beforeAll(async () => {
    scene = await HelmScene.start({ database: init(id) });
  });

  afterAll(() => scene?.stop());

  it('follows its values and its chart', async () => {
    await scene.apply('web');
    await scene.released('web');
    await scene.apply('web', { values: { value: '2' } });
    const second = await scene.released('web');
    expect(historyOf(second)).toEqual([
      '2 deployed 0.1.0',
      '1 superseded 0.1.0',
    ]);
    expect(conditionOf(second, 'Ready')).toEqual([
      'True',
      'UpgradeSucceeded',
      'Helm upgrade succeeded for release default/web.v2 with chart game@0.1.0',
    ]);
    expect(await scene.value('web')).toBe('2');

    await scene.commit('0.2.0');
    const third = await scene.released('web', '0.2.0');
    expect(await scene.revisions('web')).toEqual([
      '1 superseded',
      '2 superseded',
      '3 deployed',
    ]);
    expect(historyOf(third)?.[0]).toBe('3 deployed 0.2.0');
    await scene.reconcile('web');
    expect(await scene.revisions('web')).toHaveLength(3);
  });

  it('stalls where it fails and may not be tried again', async () => {
    await scene.apply('once');
    await scene.released('once');
    await scene.apply('once', { values: { job: 'failed' } });
    const object = await scene.stalled('once', 'RetriesExceeded');
    expect(conditionOf(object, 'Ready')?.slice(0, 2)).toEqual([
      'False',
      'UpgradeFailed',
    ]);
    expect(object.status).toMatchObject({
      ...{ failures: 1, upgradeFailures: 1 },
      lastAttemptedReleaseAction: 'upgrade',
    });
    expect(await scene.revisions('once')).toEqual(['1 deployed', '2 failed']);

    // Asked to, it tries all the same, and once.
    await scene.reconcile('once', { force: true });
    expect(await scene.revisions('once')).toEqual([
      '1 deployed',
      '2 failed',
      '3 failed',
    ]);
    await scene.reconcile('once');
    expect(await scene.revisions('once')).toHaveLength(3);
    const reset = await scene.reconcile('once', { reset: true });
    expect(reset.status).toMatchObject({ upgradeFailures: 1 });
    expect(await scene.revisions('once')).toHaveLength(4);
  });

  it('is rolled back where it fails, and tried again', async () => {
    const upgrade = { remediation: { retries: 1 } };
    await scene.apply('back', { upgrade });
    await scene.released('back');
    await scene.apply('back', {
      upgrade,
      values: { value: '2', job: 'failed' },
    });
    const object = await scene.stalled('back', 'RetriesExceeded');
    expect(conditionOf(object, 'Stalled')?.[2]).toBe(
      'Failed to upgrade after 2 attempt(s)',
    );
    expect(conditionOf(object, 'Remediated')).toEqual([
      'True',
      'RollbackSucceeded',
      'Helm rollback to previous release default/back.v3 with chart game@0.2.0 succeeded',
    ]);
    expect(conditionOf(object, 'Ready')?.slice(0, 2)).toEqual([
      'False',
      'RollbackSucceeded',
    ]);
    expect(await scene.value('back')).toBe('1');
    expect((await scene.revisions('back')).slice(-2)).toEqual([
      '4 failed',
      '5 deployed',
    ]);

    // What it was rolled back to is wanted again.
    await scene.apply('back', { upgrade });
    const wanted = await scene.released('back');
    expect(conditionOf(wanted, 'Remediated')).toBeUndefined();
    expect(await scene.revisions('back')).toContain('5 deployed');
  });

  it('is uninstalled where it fails, and installed again', async () => {
    const upgrade = {
      remediation: { retries: 1, strategy: 'uninstall' as const },
    };
    await scene.apply('anew', { upgrade });
    await scene.released('anew');
    await scene.apply('anew', { upgrade, values: { job: 'failed' } });
    const object = await scene.stalled('anew', 'RetriesExceeded');
    expect(await scene.events('anew')).toContain(
      'UninstallSucceeded: Helm uninstall remediation for release default/anew.v2 with chart game@0.2.0 succeeded',
    );
    expect(historyOf(object)).toEqual(['1 failed 0.2.0']);
  });

  it('stalls where there is nothing to roll back to', async () => {
    const upgrade = { remediation: { retries: 2 } };
    await scene.apply('none', { upgrade, values: { job: 'failed' } });
    await scene.stalled('none', 'RetriesExceeded');
    await scene.apply('none', {
      upgrade,
      values: { value: '2', job: 'failed' },
    });
    const object = await scene.stalled('none', 'MissingRollbackTarget');
    expect(conditionOf(object, 'Stalled')?.[2]).toBe(
      'Failed to perform remediation: missing target release for rollback: cannot remediate failed release',
    );
  });

  it('keeps so many revisions', async () => {
    for (const value of ['1', '2', '3', '4']) {
      await scene.apply('few', { maxHistory: 2, values: { value } });
      await scene.released('few');
    }
    expect(await scene.revisions('few')).toEqual([
      '3 superseded',
      '4 deployed',
    ]);
  });

  it('keeps the values before, where they are preserved', async () => {
    const upgrade = { preserveValues: true };
    await scene.apply('kept', { upgrade, values: { value: 'old' } });
    await scene.released('kept');
    await scene.apply('kept', { upgrade, values: { other: 'x' } });
    await scene.released('kept');
    expect(await scene.value('kept')).toBe('old');
    await scene.reconcile('kept');
    expect(await scene.revisions('kept')).toHaveLength(2);
  });

  it('makes another release where its name is another', async () => {
    await scene.apply('moved', { releaseName: 'before' });
    await scene.released('moved');
    await scene.apply('moved', { releaseName: 'after' });
    const object = await scene.released('moved');
    expect(historyOf(object)).toEqual(['1 deployed 0.2.0']);
    expect(await scene.revisions('before')).toEqual([]);
    expect(await scene.value('before')).toBeUndefined();
    expect(await scene.value('after')).toBe('1');
  });
});
