import { at } from '../../json/value';
import { TestCluster } from '../../testing/controlPlane';
import { workload } from '../../testing/workloads';
import { objectsAt } from '../objects';

describe('what follows from pods', () => {
  let cluster: TestCluster;

  beforeEach(() => {
    cluster = new TestCluster();
  });

  afterEach(() => cluster.stop());

  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      type: 'LoadBalancer',
      selector: { app: 'web' },
      ports: [{ port: 80, targetPort: 8080 }],
    },
  };

  it('Endpoints and EndpointSlices hold the ready pods of a Service', async () => {
    await cluster.apply(service);
    await cluster.apply(
      workload('Deployment', 'web', { spec: { replicas: 2 } }),
    );
    const [endpoints] = cluster.list('/endpoints');
    expect(endpoints.subsets).toMatchObject([
      {
        addresses: [{ ip: '10.244.0.2' }, { ip: '10.244.0.3' }],
        ports: [{ port: 8080, protocol: 'TCP' }],
      },
    ]);
    const [slice] = cluster.list('discovery.k8s.io/endpointslices');
    expect(slice).toMatchObject({
      metadata: { labels: { 'kubernetes.io/service-name': 'web' } },
      endpoints: [
        { conditions: { ready: true } },
        { conditions: { ready: true } },
      ],
    });
    expect(at(cluster.get(service), 'status', 'loadBalancer')).toEqual({
      ingress: [{ ip: '127.0.0.1', ipMode: 'VIP' }],
    });
    await cluster.patch(workload('Deployment', 'web'), {
      metadata: {
        annotations: { 'backstage-gitops.io/sandbox-health': 'progressing' },
      },
    });
    expect(
      objectsAt(cluster.list('/endpoints')[0], 'subsets')[0],
    ).toMatchObject({
      notReadyAddresses: [{ ip: '10.244.0.2' }, { ip: '10.244.0.3' }],
    });
    await cluster.delete(service);
    expect(cluster.list('/endpoints')).toEqual([]);
    expect(cluster.list('discovery.k8s.io/endpointslices')).toEqual([]);
  });

  it('a PodDisruptionBudget counts them', async () => {
    const budget = {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'web', namespace: 'default' },
      spec: { minAvailable: '50%', selector: { matchLabels: { app: 'web' } } },
    };
    await cluster.apply(budget);
    await cluster.apply(
      workload('Deployment', 'web', { spec: { replicas: 3 } }),
    );
    expect(cluster.get(budget).status).toMatchObject({
      currentHealthy: 3,
      desiredHealthy: 2,
      disruptionsAllowed: 1,
      expectedPods: 3,
    });
  });

  it('a HorizontalPodAutoscaler keeps them within its bounds', async () => {
    const scaler = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        minReplicas: 2,
        maxReplicas: 3,
        scaleTargetRef: {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          name: 'web',
        },
      },
    };
    await cluster.apply(scaler);
    expect(cluster.condition(scaler, 'AbleToScale')).toMatch(
      /^False FailedGetScale/,
    );
    await cluster.apply(
      workload('Deployment', 'web', { spec: { replicas: 1 } }),
    );
    expect(cluster.list('/pods')).toHaveLength(2);
    await cluster.patch(workload('Deployment', 'web'), {
      spec: { replicas: 9 },
    });
    expect(cluster.list('/pods')).toHaveLength(3);
    expect(cluster.get(scaler).status).toMatchObject({
      currentReplicas: 3,
      desiredReplicas: 3,
    });
  });

  it('Events go after an hour', async () => {
    await cluster.apply(workload('Deployment', 'web'));
    expect(cluster.list('/events')).not.toEqual([]);
    await cluster.pass(3_600_000);
    expect(cluster.list('/events')).toEqual([]);
  });
});
