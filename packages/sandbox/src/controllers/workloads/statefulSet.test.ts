import type { JsonObject } from '../../json/value';
import { at } from '../../json/value';
import { TestCluster } from '../../testing/controlPlane';
import { workload } from '../../testing/workloads';
import { labelsOf, nameOf, objectsAt } from '../objects';

describe('StatefulSets and DaemonSets', () => {
  let cluster: TestCluster;

  beforeEach(() => {
    cluster = new TestCluster();
  });

  afterEach(() => cluster.stop());

  const db = (spec: JsonObject = {}, image = 'db:1') =>
    workload('StatefulSet', 'db', {
      image,
      spec: { serviceName: 'db', replicas: 3, ...spec },
    });
  const pods = () => cluster.list('/pods');
  const images = () =>
    pods().flatMap(pod =>
      objectsAt(pod, 'spec', 'containers').map(({ image }) => image),
    );

  it('start in order, with a claim each', async () => {
    const made: string[] = [];
    cluster.store.subscribe(({ type, storage, object }) => {
      if (type === 'ADDED' && storage === '/pods') made.push(nameOf(object));
    });
    await cluster.apply(
      db({
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: {
              accessModes: ['ReadWriteOnce'],
              resources: { requests: { storage: '1Gi' } },
            },
          },
        ],
      }),
    );
    expect(made).toEqual(['db-0', 'db-1', 'db-2']);
    const claims = cluster.list('/persistentvolumeclaims');
    expect(claims.map(nameOf)).toEqual(['data-db-0', 'data-db-1', 'data-db-2']);
    expect(claims.map(claim => at(claim, 'status', 'phase'))).toEqual(
      Array(3).fill('Bound'),
    );
    expect(at(pods()[1], 'spec', 'volumes')).toMatchObject([
      { name: 'data', persistentVolumeClaim: { claimName: 'data-db-1' } },
    ]);
    expect(at(pods()[1], 'spec', 'hostname')).toBe('db-1');
    expect(cluster.get(db()).status).toMatchObject({
      replicas: 3,
      readyReplicas: 3,
      currentReplicas: 3,
      updatedReplicas: 3,
      availableReplicas: 3,
    });
  });

  it('stop at the first pod that does not become ready', async () => {
    await cluster.apply(db({}, 'db:does-not-exist'));
    expect(pods().map(nameOf)).toEqual(['db-0']);
    await cluster.apply(
      db({ podManagementPolicy: 'OrderedReady', replicas: 0 }, 'db:2'),
    );
    expect(pods()).toEqual([]);
  });

  it('start all at once with Parallel', async () => {
    await cluster.apply(
      db({ podManagementPolicy: 'Parallel' }, 'db:does-not-exist'),
    );
    expect(pods()).toHaveLength(3);
  });

  it('update from the last pod down to the partition', async () => {
    await cluster.apply(db());
    const before = at(cluster.get(db()), 'status', 'currentRevision');
    const partition = (value: number) => ({
      updateStrategy: {
        type: 'RollingUpdate',
        rollingUpdate: { partition: value },
      },
    });
    await cluster.apply(db(partition(2), 'db:2'));
    expect(images()).toEqual(['db:1', 'db:1', 'db:2']);
    expect(cluster.get(db()).status).toMatchObject({
      currentRevision: before,
      currentReplicas: 2,
      updatedReplicas: 1,
    });
    await cluster.apply(db(partition(0), 'db:2'));
    expect(images()).toEqual(['db:2', 'db:2', 'db:2']);
    const status = cluster.get(db()).status as JsonObject;
    expect(status.currentRevision).toBe(status.updateRevision);
    expect(cluster.list('apps/controllerrevisions')).toHaveLength(2);
  });

  it('lose their last pods first, and keep claims', async () => {
    await cluster.apply(db());
    await cluster.apply(db({ replicas: 1 }));
    expect(pods().map(nameOf)).toEqual(['db-0']);
    expect(cluster.events(db()).slice(-2)).toEqual([
      'Normal SuccessfulDelete: delete Pod db-2 in StatefulSet db successful',
      'Normal SuccessfulDelete: delete Pod db-1 in StatefulSet db successful',
    ]);
  });

  it('have one pod of a DaemonSet on the one node, replaced on update', async () => {
    const agent = (image: string) => workload('DaemonSet', 'agent', { image });
    await cluster.apply(agent('agent:1'));
    const [first] = pods();
    await cluster.apply(agent('agent:2'));
    expect(pods()).toHaveLength(1);
    expect(labelsOf(pods()[0])['controller-revision-hash']).not.toBe(
      labelsOf(first)['controller-revision-hash'],
    );
    expect(cluster.get(agent('')).status).toEqual({
      observedGeneration: 2,
      currentNumberScheduled: 1,
      desiredNumberScheduled: 1,
      numberMisscheduled: 0,
      numberReady: 1,
      updatedNumberScheduled: 1,
      numberAvailable: 1,
    });
  });
});
