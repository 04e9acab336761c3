import { migratedDatabases } from '../../__testUtils__/databases';
import { conditionOf, HelmScene } from './__testUtils__/HelmScene';

jest.setTimeout(240_000);

describe('tests of a HelmRelease', () => {
  const init = migratedDatabases();
  let scene: HelmScene;

  beforeAll(async () => {
    scene = await HelmScene.start({ database: init('SQLITE_3') });
  });

  afterAll(() => scene?.stop());

  it('are run once for each revision', async () => {
    await scene.apply('web', {
      test: { enable: true },
      values: { test: 'ok' },
    });
    const object = await scene.released('web');
    expect(conditionOf(object, 'TestSuccess')).toEqual([
      'True',
      'TestSucceeded',
      'Helm test succeeded for release default/web.v1 with chart game@0.1.0: 1 test hook completed successfully',
    ]);
    expect(conditionOf(object, 'Ready')?.[1]).toBe('TestSucceeded');
    expect(object.status?.history?.[0].testHooks).toEqual({
      'web-test': expect.objectContaining({ phase: 'Succeeded' }),
    });
    await scene.reconcile('web');
    expect(
      (await scene.events('web')).filter(event =>
        event.startsWith('TestSucceeded'),
      ),
    ).toHaveLength(1);
    await scene.apply('web', {
      test: { enable: false },
      values: { test: 'ok' },
    });
    const untested = await scene.released('web');
    expect(conditionOf(untested, 'TestSuccess')).toBeUndefined();
    expect(conditionOf(untested, 'Ready')?.[1]).toBe('InstallSucceeded');
  });

  it('make a release fail', async () => {
    await scene.apply('failing', {
      test: { enable: true },
      values: { test: 'failed' },
    });
    const object = await scene.stalled('failing', 'RetriesExceeded');
    expect(conditionOf(object, 'Ready')?.slice(0, 2)).toEqual([
      'False',
      'TestFailed',
    ]);
    expect(conditionOf(object, 'Released')?.[0]).toBe('True');
    expect(object.status).toMatchObject({ failures: 1, installFailures: 1 });
    expect(await scene.revisions('failing')).toEqual(['1 deployed']);
  });

  it('make an upgrade be rolled back', async () => {
    const spec = {
      test: { enable: true },
      upgrade: { remediation: { remediateLastFailure: true } },
    };
    await scene.apply('back', spec);
    await scene.released('back');
    await scene.apply('back', {
      ...spec,
      values: { value: '2', test: 'failed' },
    });
    const object = await scene.stalled('back', 'RetriesExceeded');
    expect(conditionOf(object, 'Remediated')?.slice(0, 2)).toEqual([
      'True',
      'RollbackSucceeded',
    ]);
    expect(await scene.value('back')).toBe('1');
  });

  it('may fail where failures are ignored', async () => {
    await scene.apply('ignoring', {
      test: { enable: true, ignoreFailures: true },
      values: { test: 'failed' },
    });
    const object = await scene.released('ignoring');
    expect(conditionOf(object, 'TestSuccess')?.[1]).toBe('TestFailed');
    expect(conditionOf(object, 'Ready')?.[1]).toBe('InstallSucceeded');
  });

  it('are left out by name', async () => {
    await scene.apply('filtered', {
      test: {
        enable: true,
        filters: [{ name: 'filtered-test', exclude: true }],
      },
      values: { test: 'failed' },
    });
    const object = await scene.released('filtered');
    expect(conditionOf(object, 'TestSuccess')?.[2]).toContain('no test hooks');
  });
});
