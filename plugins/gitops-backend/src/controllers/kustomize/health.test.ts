import { testClusters } from '../../__testUtils__/clusters';
import { migratedDatabases } from '../../__testUtils__/databases';
import { conditionOf, configMap, Scene, widget } from './__testUtils__/Scene';

jest.setTimeout(240_000);

const JOB = `
apiVersion: batch/v1
kind: Job
metadata: {name: once}
spec:
  ttlSecondsAfterFinished: 600
  suspend: false
  template:
    spec:
      restartPolicy: Never
      nodeSelector: {nowhere: "true"}
      containers: [{name: once, image: "sleeper:1", command: ["sleep", "3600"]}]
`;

describe.each(testClusters)('spec.healthChecks on $name', cluster => {
  const init = migratedDatabases();
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.start({
      cluster,
      database: init('SQLITE_3'),
      files: {
        'checked/objects.yaml': `${configMap('checked')}---\n${widget('unchecked')}`,
        'stalled/objects.yaml': widget('stalled'),
        'job/objects.yaml': JOB,
      },
    });
  });

  afterAll(() => scene?.stop());

  it('are about what they name, also where it is not delivered', async () => {
    await scene.apply('checked', {
      timeout: '5m',
      healthChecks: [
        { apiVersion: 'v1', kind: 'ConfigMap', name: 'checked' },
        { apiVersion: 'v1', kind: 'ConfigMap', name: 'of-others' },
      ],
      // Not named, so nobody asks.
      healthCheckExprs: [
        { apiVersion: 'example.test/v1', kind: 'Widget', current: 'false' },
      ],
    });
    await scene.until(
      'checked',
      object => conditionOf(object, 'Healthy')?.[0] === 'Unknown',
    );
    await scene.world.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'of-others', namespace: 'default' },
    });
    const done = await scene.delivered('checked');
    expect(conditionOf(done, 'Healthy')?.[0]).toBe('True');
  });

  it('fail at once where something is stalled', async () => {
    await scene.apply('stalled', { wait: true, timeout: '1h' });
    await scene.delivered('stalled');
    await scene.widgetStatus('stalled', {
      conditions: [
        { type: 'Stalled', status: 'True', message: 'no such colour' },
      ],
    });
    await scene.reconcile('stalled');
    const failed = await scene.failed('stalled', 'HealthCheckFailed');
    expect(conditionOf(failed, 'Healthy')).toEqual([
      'False',
      'HealthCheckFailed',
      expect.stringMatching(
        /^health check failed after .*: failed early due to stalled resources: \[Widget\/default\/stalled status: 'Failed': no such colour\]$/,
      ),
    ]);
    expect((await scene.world.eventsOf(failed)).join('\n')).toContain(
      'failed early due to stalled resources',
    );
  });

  it('take a Job for done that is deleted after it has finished', async () => {
    await scene.apply('job', { wait: true, timeout: '5m' });
    await scene.until(
      'job',
      object => conditionOf(object, 'Healthy')?.[0] === 'Unknown',
    );
    await scene.world.client.delete(
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        namespace: 'default',
        name: 'once',
      },
      { propagationPolicy: 'Background' },
    );
    const done = await scene.until(
      'job',
      object => conditionOf(object, 'Ready')?.[0] === 'True',
    );
    expect(conditionOf(done, 'Healthy')?.[0]).toBe('True');
  });
});
