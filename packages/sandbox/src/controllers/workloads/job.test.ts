import type { JsonObject } from '../../json/value';
import { at } from '../../json/value';
import { TestCluster } from '../../testing/controlPlane';
import { job } from '../../testing/workloads';
import { nameOf } from '../objects';
import { parseIndexes, printIndexes } from './jobIndexes';

const HEALTH = 'backstage-gitops.io/sandbox-health';
const DURATION = 'backstage-gitops.io/sandbox-duration';

describe('Jobs', () => {
  let cluster: TestCluster;

  beforeEach(() => {
    cluster = new TestCluster();
  });

  afterEach(() => cluster.stop());

  const phases = () =>
    cluster.list('/pods').map(pod => at(pod, 'status', 'phase'));

  it('complete', async () => {
    const object = job('ok', { completions: 3, parallelism: 2 });
    await cluster.apply(object);
    expect(cluster.get(object).status).toMatchObject({
      succeeded: 3,
      ready: 0,
    });
    expect(cluster.get(object).status).not.toHaveProperty('active');
    expect(phases()).toEqual(Array(3).fill('Succeeded'));
    expect(cluster.condition(object, 'Complete')).toBe(
      'True CompletionsReached: Reached expected number of succeeded pods',
    );
    expect(cluster.events(object).at(-1)).toBe(
      'Normal Completed: Job completed',
    );
  });

  it('give each pod an index of its own', async () => {
    const object = job('indexed', {
      completions: 4,
      parallelism: 2,
      completionMode: 'Indexed',
    });
    await cluster.apply(object);
    expect(cluster.get(object).status).toMatchObject({
      completedIndexes: '0-3',
      succeeded: 4,
    });
  });

  it('fail when the limit of retries is reached', async () => {
    const object = job('bad', { backoffLimit: 2 }, { [HEALTH]: 'failed' });
    await cluster.apply(object);
    expect(cluster.get(object).status).toMatchObject({ failed: 3 });
    expect(cluster.condition(object, 'Failed')).toBe(
      'True BackoffLimitExceeded: Job has reached the specified backoff limit',
    );
    expect(phases()).toEqual(Array(3).fill('Failed'));
  });

  it('wait between the retries of a pod that crashes', async () => {
    const object = job('bad', { backoffLimit: 1 }, { [HEALTH]: 'crash-loop' });
    await cluster.apply(object);
    expect(phases()).toEqual(['Failed']);
    await cluster.pass(9_000);
    expect(phases()).toEqual(['Failed']);
    await cluster.pass(1_000);
    expect(phases()).toEqual(['Failed', 'Failed']);
    expect(cluster.condition(object, 'Failed')).toMatch(/^True/);
  });

  it('end at their deadline', async () => {
    const object = job(
      'slow',
      { activeDeadlineSeconds: 30 },
      { [DURATION]: '1m' },
    );
    await cluster.apply(object);
    expect(cluster.get(object).status).toMatchObject({ active: 1, ready: 1 });
    await cluster.pass(30_000);
    expect(cluster.condition(object, 'Failed')).toBe(
      'True DeadlineExceeded: Job was active longer than specified deadline',
    );
    expect(phases()).toEqual([]);
  });

  it('are deleted when their time to live is over, with their pods', async () => {
    await cluster.apply(job('brief', { ttlSecondsAfterFinished: 60 }));
    await cluster.pass(59_000);
    expect(cluster.list('batch/jobs')).toHaveLength(1);
    await cluster.pass(1_000);
    expect(cluster.list('batch/jobs')).toEqual([]);
    expect(phases()).toEqual([]);
  });

  it('wait while they are suspended', async () => {
    const object = job('held', { suspend: true });
    await cluster.apply(object);
    expect(phases()).toEqual([]);
    expect(cluster.condition(object, 'Suspended')).toBe(
      'True JobSuspended: Job suspended',
    );
    await cluster.patch(object, { spec: { suspend: false } });
    expect(cluster.condition(object, 'Complete')).toMatch(/^True/);
  });

  it.each([
    [[0, 1, 2, 4], '0-2,4'],
    [[3, 4, 7], '3,4,7'],
    [[], ''],
  ])('write completed indexes %j as %j', (indexes, text) => {
    expect(printIndexes(new Set(indexes))).toBe(text);
    expect([...parseIndexes(text)]).toEqual(indexes);
  });

  const cron = (spec: JsonObject = {}): JsonObject => ({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'tick', namespace: 'default' },
    spec: {
      schedule: '*/5 * * * *',
      jobTemplate: { spec: job('x').spec },
      ...spec,
    },
  });

  it('are created on schedule, and so many are kept', async () => {
    await cluster.apply(cron());
    await cluster.pass(5 * 60_000);
    const minute = Date.parse('2026-01-01T00:05:00Z') / 60_000;
    expect(cluster.list('batch/jobs').map(nameOf)).toEqual([`tick-${minute}`]);
    expect(cluster.get(cron()).status).toEqual({
      lastScheduleTime: '2026-01-01T00:05:00Z',
      lastSuccessfulTime: '2026-01-01T00:05:00Z',
    });
    expect(cluster.events(cron())).toContain(
      `Normal SawCompletedJob: Saw completed job: tick-${minute}, condition: Complete`,
    );
    await cluster.pass(60 * 60_000);
    expect(cluster.list('batch/jobs')).toHaveLength(3);
  });

  it('are not created while suspended, nor beside each other with Forbid', async () => {
    await cluster.apply(cron({ suspend: true }));
    await cluster.pass(10 * 60_000);
    expect(cluster.list('batch/jobs')).toEqual([]);
    const slow = job('x', {}, {}).spec as JsonObject;
    const template = slow.template as JsonObject;
    await cluster.apply(
      cron({
        suspend: false,
        startingDeadlineSeconds: 10,
        concurrencyPolicy: 'Forbid',
        jobTemplate: {
          spec: {
            ...slow,
            template: {
              ...template,
              metadata: { annotations: { [DURATION]: '7m' } },
            },
          },
        },
      }),
    );
    await cluster.pass(10 * 60_000);
    expect(cluster.events(cron())).toContain(
      'Normal JobAlreadyActive: Not starting job because prior execution is running and concurrency policy is Forbid',
    );
    // At 00:10 and 00:20; at 00:15 the first one ran.
    expect(cluster.list('batch/jobs')).toHaveLength(2);
  });
});
