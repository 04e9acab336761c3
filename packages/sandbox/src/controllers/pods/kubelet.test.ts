import { at } from '../../json/value';
import { TestCluster } from '../../testing/controlPlane';
import { pod, workload } from '../../testing/workloads';

const HEALTH = 'backstage-gitops.io/sandbox-health';

describe('pods', () => {
  let cluster: TestCluster;

  beforeEach(() => {
    cluster = new TestCluster();
  });

  afterEach(() => cluster.stop());

  const containerOf = (name: string, list = 'containerStatuses') =>
    (at(cluster.get(pod(name)), 'status', list) as object[])[0];

  it('made by hand run, with the events of scheduler and kubelet', async () => {
    await cluster.apply(pod('one'));
    expect(cluster.get(pod('one'))).toMatchObject({
      spec: { nodeName: 'sandbox' },
      status: { phase: 'Running', podIP: '10.244.0.2', qosClass: 'BestEffort' },
    });
    expect(cluster.events(pod('one'))).toEqual([
      'Normal Scheduled: Successfully assigned default/one to sandbox',
      'Normal Pulled: Container image "app:1" already present on machine',
      'Normal Created: Created container: app',
      'Normal Started: Started container app',
    ]);
  });

  it('crash and are restarted after longer and longer waits', async () => {
    await cluster.apply(
      pod('crash', { annotations: { [HEALTH]: 'crash-loop' } }),
    );
    const uid = String(at(cluster.get(pod('crash')), 'metadata', 'uid'));
    const waiting = (delay: string) =>
      `back-off ${delay} restarting failed container=app pod=crash_default(${uid})`;
    expect(containerOf('crash')).toMatchObject({
      ready: false,
      restartCount: 1,
      state: {
        waiting: { reason: 'CrashLoopBackOff', message: waiting('10s') },
      },
      lastState: { terminated: { exitCode: 1, reason: 'Error' } },
    });
    await cluster.pass(10_000);
    expect(containerOf('crash')).toMatchObject({
      restartCount: 2,
      state: { waiting: { message: waiting('20s') } },
    });
    await cluster.pass(3_600_000);
    expect(containerOf('crash')).toMatchObject({
      state: { waiting: { message: waiting('5m0s') } },
    });
    await cluster.patch(pod('crash'), {
      metadata: { annotations: { [HEALTH]: 'ready' } },
    });
    expect(cluster.condition(pod('crash'), 'Ready')).toBe('True : ');
  });

  it('whose image cannot be pulled wait and try again', async () => {
    const missing = pod('missing', { image: 'app:does-not-exist' });
    await cluster.apply(missing);
    expect(containerOf('missing')).toMatchObject({
      restartCount: 0,
      state: { waiting: { reason: 'ImagePullBackOff' } },
    });
    expect(at(cluster.get(missing), 'status', 'phase')).toBe('Pending');
    const pulls = () =>
      cluster
        .list('/events')
        .filter(event => event.reason === 'Pulling')
        .map(event => event.count);
    expect(pulls()).toEqual([1]);
    await cluster.pass(10_000);
    expect(pulls()).toEqual([2]);
    await cluster.pass(19_000);
    expect(pulls()).toEqual([2]);
    await cluster.pass(1_000);
    expect(pulls()).toEqual([3]);
    expect(containerOf('missing')).toMatchObject({
      state: { waiting: { reason: 'ImagePullBackOff' } },
    });
    await cluster.patch(missing, {
      spec: { containers: [{ name: 'app', image: 'app:2' }] },
    });
    expect(cluster.condition(missing, 'Ready')).toBe('True : ');
  });

  it('wait for the ConfigMap that they need', async () => {
    const needy = pod('needy', {
      container: { envFrom: [{ configMapRef: { name: 'settings' } }] },
    });
    await cluster.apply(needy);
    expect(containerOf('needy')).toMatchObject({
      state: {
        waiting: {
          reason: 'CreateContainerConfigError',
          message: 'configmap "settings" not found',
        },
      },
    });
    await cluster.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings', namespace: 'default' },
    });
    expect(cluster.condition(needy, 'Ready')).toBe('True : ');
  });

  it('wait for the Secret that they mount', async () => {
    const needy = pod('needy', {
      spec: { volumes: [{ name: 'tls', secret: { secretName: 'tls' } }] },
    });
    await cluster.apply(needy);
    expect(containerOf('needy')).toMatchObject({
      state: { waiting: { reason: 'ContainerCreating' } },
    });
    expect(cluster.events(needy).at(-1)).toBe(
      'Warning FailedMount: MountVolume.SetUp failed for volume "tls" : secret "tls" not found',
    );
    await cluster.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'tls', namespace: 'default' },
    });
    expect(cluster.condition(needy, 'Ready')).toBe('True : ');
  });

  it('stay pending where no node fits', async () => {
    const picky = pod('picky', { spec: { nodeSelector: { disk: 'ssd' } } });
    await cluster.apply(picky);
    expect(cluster.condition(picky, 'PodScheduled')).toMatch(
      /^False Unschedulable: 0\/1 nodes are available: 1 node\(s\) didn't match Pod's node affinity\/selector\./,
    );
    await cluster.patch(
      { apiVersion: 'v1', kind: 'Node', metadata: { name: 'sandbox' } },
      { metadata: { labels: { disk: 'ssd' } } },
    );
    expect(cluster.condition(picky, 'Ready')).toBe('True : ');
  });

  it('that do not restart end', async () => {
    await cluster.apply(pod('task', { spec: { restartPolicy: 'Never' } }));
    expect(at(cluster.get(pod('task')), 'status', 'phase')).toBe('Succeeded');
    await cluster.apply(
      pod('bad', {
        spec: { restartPolicy: 'Never' },
        annotations: { [HEALTH]: 'failed' },
      }),
    );
    expect(at(cluster.get(pod('bad')), 'status', 'phase')).toBe('Failed');
    expect(cluster.condition(pod('bad'), 'Ready')).toBe('False PodFailed: ');
  });

  it('run their init containers first', async () => {
    const init = pod('init', {
      spec: { initContainers: [{ name: 'setup', image: 'setup:1' }] },
    });
    await cluster.apply(init);
    expect(containerOf('init', 'initContainerStatuses')).toMatchObject({
      state: { terminated: { exitCode: 0, reason: 'Completed' } },
    });
    expect(cluster.condition(init, 'Ready')).toBe('True : ');
    const stuck = pod('stuck', {
      spec: { initContainers: [{ name: 'setup', image: 'x:does-not-exist' }] },
    });
    await cluster.apply(stuck);
    expect(containerOf('stuck')).toMatchObject({
      state: { waiting: { reason: 'PodInitializing' } },
    });
    expect(cluster.condition(stuck, 'Initialized')).toBe(
      'False ContainersNotInitialized: containers with incomplete status: [setup]',
    );
  });

  it('go on after a restart where they were', async () => {
    const entries: object[] = [];
    const journal = {
      load: () => ({
        entries: cluster
          ? [...cluster.store.all()].map(({ storage, object }, index) => ({
              storage,
              key: `${String(at(object, 'metadata', 'namespace') ?? '')}/${String(at(object, 'metadata', 'name'))}`,
              revision: index,
              object,
            }))
          : [],
        revision: cluster.store.revision,
      }),
      append: (entry: object) => {
        entries.push(entry);
      },
      close: () => {},
    };
    await cluster.apply(
      pod('crash', { annotations: { [HEALTH]: 'crash-loop' } }),
    );
    await cluster.apply(workload('Deployment', 'web'));
    const before = cluster;
    before.stop();
    cluster = new TestCluster({ clock: before.clock, journal });
    await cluster.settle();
    // Nothing that was settled is written again.
    expect(entries).toEqual([]);
    await cluster.pass(10_000);
    expect(containerOf('crash')).toMatchObject({ restartCount: 2 });
  });
});
