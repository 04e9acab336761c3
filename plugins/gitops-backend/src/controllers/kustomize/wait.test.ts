import { testClusters } from '../../__testUtils__/clusters';
import { migratedDatabases } from '../../__testUtils__/databases';
import {
  conditionOf,
  configMap,
  inventoryOf,
  Scene,
  setting,
  widget,
} from './__testUtils__/Scene';

jest.setTimeout(240_000);

describe.each(testClusters)('spec.wait on $name', cluster => {
  const init = migratedDatabases();
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.start({
      cluster,
      database: init('SQLITE_3'),
      files: {
        'all/objects.yaml': `${configMap('all')}---\n${widget('all')}`,
        'late/objects.yaml': widget('late'),
        'skipped/objects.yaml': `
apiVersion: example.test/v1
kind: Widget
metadata: {name: skipped, annotations: ${JSON.stringify(setting('reconcile', 'disabled'))}}
`,
        'none/objects.yaml': widget('none'),
        'absent/objects.yaml': configMap('absent'),
      },
    });
    // These end after thirty seconds, which is the least that Flux waits.
    await scene.apply('late', {
      wait: true,
      timeout: '1s',
      healthCheckExprs: [
        { apiVersion: 'example.test/v1', kind: 'Widget', current: 'false' },
      ],
    });
    await scene.apply('absent', {
      timeout: '1s',
      // Deployments of apps/v1, where nothing else is said.
      healthChecks: [{ kind: 'Deployment', name: 'never' }],
    });
  });

  afterAll(() => scene?.stop());

  it('holds for all that was applied, and healthChecks hold for nothing then', async () => {
    await scene.apply('all', {
      wait: true,
      timeout: '2m',
      healthChecks: [{ apiVersion: 'v1', kind: 'Secret', name: 'never' }],
      healthCheckExprs: [
        {
          apiVersion: 'example.test/v1',
          kind: 'Widget',
          current: "has(status.phase) && status.phase == 'Running'",
        },
      ],
    });
    const waiting = await scene.until(
      'all',
      object => conditionOf(object, 'Healthy')?.[0] === 'Unknown',
    );
    const message = `Running health checks for revision ${scene.revision} with a timeout of 2m0s`;
    expect(conditionOf(waiting, 'Healthy')).toEqual([
      'Unknown',
      'Progressing',
      message,
    ]);
    expect(conditionOf(waiting, 'Reconciling')).toEqual([
      'True',
      'Progressing',
      message,
    ]);
    expect(conditionOf(waiting, 'Ready')?.[0]).toBe('Unknown');
    // What was applied is known, ready or not.
    expect(inventoryOf(waiting)).toEqual([
      'default_all__ConfigMap',
      'default_all_example.test_Widget',
    ]);
    expect(waiting.status?.lastAppliedRevision).toBeUndefined();
    expect(waiting.status?.lastAttemptedRevision).toBe(scene.revision);

    await scene.widgetStatus('all', { phase: 'Running' });
    const done = await scene.delivered('all');
    expect(conditionOf(done, 'Healthy')).toEqual([
      'True',
      'Succeeded',
      expect.stringMatching(/^Health check passed in /),
    ]);
    expect(conditionOf(done, 'Reconciling')).toBeUndefined();
    expect((await scene.world.eventsOf(done)).join('\n')).toMatch(
      /Health check passed in /,
    );
  });

  it('does not hold for what is left alone', async () => {
    const done = await scene.deliver('skipped', { wait: true, timeout: '1m' });
    expect(inventoryOf(done)).toEqual(['default_skipped_example.test_Widget']);
    expect(await scene.read('Widget', 'skipped', 'example.test/v1')).toBe(
      undefined,
    );
  });

  it('leaves no condition where nothing is waited for', async () => {
    const waited = await scene.deliver('none', { wait: true });
    expect(conditionOf(waited, 'Healthy')?.[0]).toBe('True');
    const done = await scene.deliver('none', { wait: false });
    expect(conditionOf(done, 'Healthy')).toBeUndefined();
  });

  it('ends after the timeout, and names what is not there yet', async () => {
    const failed = await scene.failed('late', 'HealthCheckFailed');
    const message = conditionOf(failed, 'Ready')?.[2];
    expect(message).toMatch(
      /^health check failed after 30.*s: timeout waiting for: \[Widget\/default\/late status: 'InProgress'\]$/,
    );
    expect(conditionOf(failed, 'Healthy')).toEqual([
      'False',
      'HealthCheckFailed',
      message,
    ]);
    expect(conditionOf(failed, 'Reconciling')).toEqual([
      'True',
      'ProgressingWithRetry',
      message,
    ]);
    expect(failed.status).toMatchObject({
      history: [
        {
          lastReconciledStatus: 'HealthCheckFailed',
          totalReconciliations: 1,
          metadata: { revision: scene.revision },
        },
      ],
    });
    expect(failed.status?.lastAppliedRevision).toBeUndefined();
    expect(failed.status?.observedGeneration).not.toBe(
      failed.metadata.generation,
    );
    expect(inventoryOf(failed)).toEqual(['default_late_example.test_Widget']);
    const absent = await scene.failed('absent', 'HealthCheckFailed');
    expect(conditionOf(absent, 'Ready')?.[2]).toMatch(
      /timeout waiting for: \[Deployment\/default\/never status: 'NotFound'\]/,
    );
  });
});
