import type { JsonObject } from '../../json/value';
import { at } from '../../json/value';
import { TestCluster } from '../../testing/controlPlane';
import { workload } from '../../testing/workloads';
import { nameOf } from '../objects';

const REVISION = 'deployment.kubernetes.io/revision';
const HEALTH = 'backstage-gitops.io/sandbox-health';
const DURATION = 'backstage-gitops.io/sandbox-duration';

jest.setTimeout(60_000);

describe('Deployments', () => {
  let cluster: TestCluster;

  beforeEach(() => {
    cluster = new TestCluster();
  });

  afterEach(() => cluster.stop());

  const web = (
    spec: JsonObject = {},
    more: Parameters<typeof workload>[2] = {},
  ) => workload('Deployment', 'web', { spec, ...more });
  const pods = () => cluster.list('/pods');
  const sizes = () =>
    cluster
      .list('apps/replicasets')
      .map(set => Number(at(set, 'spec', 'replicas')))
      .sort();
  const status = () => cluster.get(web()).status;

  it('roll out, and say so', async () => {
    await cluster.apply(web({ replicas: 3 }));
    const [set] = cluster.list('apps/replicasets');
    expect(status()).toMatchObject({
      observedGeneration: 1,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
    });
    expect(status()).not.toHaveProperty('unavailableReplicas');
    expect(cluster.condition(web(), 'Available')).toBe(
      'True MinimumReplicasAvailable: Deployment has minimum availability.',
    );
    expect(cluster.condition(web(), 'Progressing')).toBe(
      `True NewReplicaSetAvailable: ReplicaSet "${nameOf(set)}" has successfully progressed.`,
    );
    expect(cluster.events(web())).toEqual([
      `Normal ScalingReplicaSet: Scaled up replica set ${nameOf(set)} from 0 to 3`,
    ]);
    expect(pods().map(pod => at(pod, 'status', 'phase'))).toEqual(
      Array(3).fill('Running'),
    );
    expect(at(pods()[0], 'metadata', 'ownerReferences')).toEqual([
      {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        name: nameOf(set),
        uid: at(set, 'metadata', 'uid'),
        controller: true,
        blockOwnerDeletion: true,
      },
    ]);
  });

  it('replace pods step by step, never beyond surge and unavailability', async () => {
    await cluster.apply(web({ replicas: 4 }));
    const counts: number[] = [];
    const stop = cluster.store.subscribe(({ storage }) => {
      if (storage !== '/pods') return;
      counts.push(pods().length);
    });
    await cluster.apply(web({ replicas: 4 }, { image: 'app:2' }));
    stop();
    expect(Math.max(...counts)).toBe(5);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(3);
    expect(sizes()).toEqual([0, 4]);
    expect(at(cluster.get(web()), 'metadata', 'annotations', REVISION)).toBe(
      '2',
    );
  });

  it('go back to an earlier template under a new revision', async () => {
    await cluster.apply(web());
    await cluster.apply(web({}, { image: 'app:2' }));
    await cluster.apply(web());
    const revisions = cluster
      .list('apps/replicasets')
      .map(set => at(set, 'metadata', 'annotations', REVISION));
    expect(revisions.sort()).toEqual(['2', '3']);
    expect(sizes()).toEqual([0, 1]);
  });

  it('keep no more old ReplicaSets than the history limit', async () => {
    for (const image of ['app:1', 'app:2', 'app:3', 'app:4']) {
      await cluster.apply(web({ revisionHistoryLimit: 1 }, { image }));
    }
    expect(cluster.list('apps/replicasets')).toHaveLength(2);
  });

  it('empty the old ReplicaSet first with Recreate', async () => {
    const strategy = { type: 'Recreate' };
    await cluster.apply(web({ replicas: 2, strategy }));
    const counts: number[] = [];
    const stop = cluster.store.subscribe(() => counts.push(pods().length));
    await cluster.apply(web({ replicas: 2, strategy }, { image: 'app:2' }));
    stop();
    expect(Math.max(...counts)).toBe(2);
    expect(Math.min(...counts)).toBe(0);
    expect(status()).toMatchObject({ updatedReplicas: 2, readyReplicas: 2 });
  });

  it('do not roll out while paused, but scale', async () => {
    await cluster.apply(web({ replicas: 1 }));
    await cluster.apply(web({ replicas: 3, paused: true }, { image: 'app:2' }));
    expect(sizes()).toEqual([3]);
    expect(cluster.condition(web(), 'Progressing')).toBe(
      'Unknown DeploymentPaused: Deployment is paused',
    );
    await cluster.apply(
      web({ replicas: 3, paused: false }, { image: 'app:2' }),
    );
    expect(sizes()).toEqual([0, 3]);
    expect(cluster.condition(web(), 'Progressing')).toMatch(
      /^True NewReplicaSetAvailable/,
    );
  });

  it('bring back a pod that is deleted', async () => {
    await cluster.apply(web({ replicas: 2 }));
    const [first] = pods();
    await cluster.delete(first);
    expect(pods()).toHaveLength(2);
    expect(pods().map(nameOf)).not.toContain(nameOf(first));
  });

  it('exceed their deadline where images cannot be pulled, while old pods stay', async () => {
    await cluster.apply(web({ replicas: 2, progressDeadlineSeconds: 60 }));
    await cluster.apply(
      web(
        { replicas: 2, progressDeadlineSeconds: 60 },
        { image: 'app:does-not-exist' },
      ),
    );
    expect(status()).toMatchObject({
      replicas: 3,
      updatedReplicas: 1,
      availableReplicas: 2,
      unavailableReplicas: 1,
    });
    await cluster.pass(59_000);
    expect(cluster.condition(web(), 'Progressing')).toMatch(
      /^True ReplicaSetUpdated: ReplicaSet "web-\w+" is progressing\.$/,
    );
    await cluster.pass(2_000);
    expect(cluster.condition(web(), 'Progressing')).toMatch(
      /^False ProgressDeadlineExceeded: ReplicaSet "web-\w+" has timed out progressing\.$/,
    );
    expect(cluster.condition(web(), 'Available')).toMatch(/^True/);
    await cluster.apply(web({ replicas: 2 }, { image: 'app:3' }));
    expect(cluster.condition(web(), 'Progressing')).toMatch(
      /^True NewReplicaSetAvailable/,
    );
  });

  it('fail at once, or stay behind, as an annotation says, and recover without it', async () => {
    await cluster.apply(web());
    await cluster.patch(web(), {
      metadata: { annotations: { [HEALTH]: 'failed' } },
    });
    expect(cluster.condition(web(), 'Available')).toMatch(/^False/);
    expect(at(pods()[0], 'status', 'containerStatuses')).toMatchObject([
      { state: { waiting: { reason: 'CrashLoopBackOff' } } },
    ]);
    await cluster.patch(web(), {
      metadata: { annotations: { [HEALTH]: 'progressing' } },
    });
    expect(cluster.condition(web(), 'Available')).toMatch(/^False/);
    await cluster.patch(web(), {
      metadata: { annotations: { [HEALTH]: null } },
    });
    expect(status()).toMatchObject({ availableReplicas: 1 });

    const failing = workload('Deployment', 'new', {
      annotations: { [HEALTH]: 'failed' },
    });
    await cluster.apply(failing);
    expect(cluster.condition(failing, 'Progressing')).toMatch(
      /^False ProgressDeadlineExceeded/,
    );
  });

  it('roll out slowly where the template says so', async () => {
    await cluster.apply(web({ replicas: 2 }));
    const slow = web(
      { replicas: 2 },
      { image: 'app:2', templateAnnotations: { [DURATION]: '30s' } },
    );
    await cluster.apply(slow);
    expect(status()).toMatchObject({ updatedReplicas: 1, readyReplicas: 2 });
    await cluster.pass(30_000);
    expect(status()).toMatchObject({ updatedReplicas: 2, readyReplicas: 2 });
    await cluster.pass(30_000);
    expect(status()).toMatchObject({ replicas: 2, availableReplicas: 2 });
    expect(cluster.condition(web(), 'Progressing')).toMatch(
      /^True NewReplicaSetAvailable/,
    );
  });

  it.each([
    ['Background' as const, 0],
    ['Foreground' as const, 0],
    ['Orphan' as const, 2],
  ])('leave with %s deletion %i pods', async (policy, left) => {
    await cluster.apply(web({ replicas: 2 }));
    await cluster.delete(web(), policy);
    expect(cluster.list('apps/deployments')).toEqual([]);
    expect(pods()).toHaveLength(left);
  });

  it('adopt what was orphaned, where the template is the same', async () => {
    await cluster.apply(web({ replicas: 2 }));
    const before = pods().map(nameOf);
    await cluster.delete(web(), 'Orphan');
    await cluster.apply(web({ replicas: 2 }));
    expect(cluster.list('apps/replicasets')).toHaveLength(1);
    expect(pods().map(nameOf)).toEqual(before);
  });

  it('report why pods cannot be created', async () => {
    await cluster.apply({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'going', finalizers: ['example.com/hold'] },
    });
    const object = { ...web(), metadata: { name: 'web', namespace: 'going' } };
    await cluster.apply(object);
    await cluster.delete({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'going' },
    });
    expect(cluster.list('/pods', 'going')).toEqual([]);
  });

  it('let 200 of 3 pods come alive', async () => {
    for (let index = 0; index < 200; index += 1) {
      cluster.create(
        workload('Deployment', `d${index}`, { spec: { replicas: 3 } }),
      );
    }
    await cluster.settle();
    const ready = cluster
      .list('apps/deployments')
      .filter(entry => at(entry, 'status', 'availableReplicas') === 3);
    expect(ready).toHaveLength(200);
    // No more writes of each than its life needs.
    expect(cluster.store.revision / 200).toBeLessThan(40);
  });
});
