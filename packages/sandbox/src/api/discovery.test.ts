import { asArray, asObject, at } from '../json/value';
import type { JsonObject } from '../json/value';
import { TestApi } from '../testing/apiClient';

jest.setTimeout(60_000);

const AGGREGATED = {
  accept:
    'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
};
const METRICS = { group: 'metrics.k8s.io', version: 'v1beta1' };

describe('discovery', () => {
  let test: TestApi;
  beforeEach(async () => {
    test = await TestApi.start();
  });
  afterEach(() => test.stop());

  it('lists the groups of kube-apiserver 1.34 in its order', async () => {
    const { body } = await test.call('GET', '/apis');
    const groups = asArray(body.groups).map(group => asObject(group).name);
    expect(groups).toEqual([
      'apiregistration.k8s.io',
      'apps',
      'events.k8s.io',
      'authentication.k8s.io',
      'authorization.k8s.io',
      'autoscaling',
      'batch',
      'certificates.k8s.io',
      'networking.k8s.io',
      'policy',
      'rbac.authorization.k8s.io',
      'storage.k8s.io',
      'admissionregistration.k8s.io',
      'apiextensions.k8s.io',
      'scheduling.k8s.io',
      'coordination.k8s.io',
      'node.k8s.io',
      'discovery.k8s.io',
      'resource.k8s.io',
      'flowcontrol.apiserver.k8s.io',
    ]);
    const { body: autoscaling } = await test.call('GET', '/apis/autoscaling');
    expect(autoscaling.preferredVersion).toEqual({
      groupVersion: 'autoscaling/v2',
      version: 'v2',
    });
  });

  it('leaves group and version of built-in kinds empty in the aggregated form', async () => {
    const { body, headers } = await test.call(
      'GET',
      '/apis',
      undefined,
      AGGREGATED,
    );
    expect(headers['content-type']).toBe(AGGREGATED.accept);
    const apps = asArray(body.items)
      .map(asObject)
      .find(item => at(item, 'metadata', 'name') === 'apps')!;
    const deployments = asArray(
      asObject(asArray(apps.versions)[0]).resources,
    ).find(entry => asObject(entry).resource === 'deployments');
    expect(deployments).toMatchObject({
      responseKind: { group: '', version: '', kind: 'Deployment' },
      subresources: [
        {
          subresource: 'scale',
          responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
        },
        {
          subresource: 'status',
          responseKind: { group: '', version: '', kind: 'Deployment' },
        },
      ],
    });
  });

  it.each(['/apis/nope', '/apis/nope/v1/things'])(
    'answers with text where no group is: %s',
    async url => {
      const { status, text } = await test.call('GET', url);
      expect({ status, text }).toEqual({
        status: 404,
        text: '404 page not found\n',
      });
    },
  );

  it.each(['/apis/apps/v9', '/apis/apps/v1/nope'])(
    'answers with a Status within a group: %s',
    async url => {
      const { body } = await test.call('GET', url);
      expect(body).toMatchObject({ code: 404, reason: 'NotFound' });
    },
  );

  const staleVersion = async () => {
    const { body } = await test.call('GET', '/apis', undefined, AGGREGATED);
    return asArray(body.items).find(
      item => at(item, 'metadata', 'name') === METRICS.group,
    ) as JsonObject | undefined;
  };

  it('shows APIServices whose service is missing as unavailable', async () => {
    await test.call('POST', '/apis/apiregistration.k8s.io/v1/apiservices', {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v1beta1.metrics.k8s.io' },
      spec: {
        ...METRICS,
        service: { name: 'metrics-server', namespace: 'kube-system' },
        groupPriorityMinimum: 100,
        versionPriority: 100,
      },
    });
    expect((await staleVersion())?.versions).toEqual([
      { version: 'v1beta1', freshness: 'Stale' },
    ]);
    const answer = await test.call('GET', '/apis/metrics.k8s.io/v1beta1/nodes');
    expect(answer).toMatchObject({
      status: 503,
      text: 'service unavailable\n',
    });
    const events = await test.watch(
      '/apis/apiregistration.k8s.io/v1/apiservices?watch=1',
      ({ object }) => at(object, 'status', 'conditions') !== undefined,
    );
    expect(
      asArray(at(events.at(-1)?.object, 'status', 'conditions'))[0],
    ).toMatchObject({
      type: 'Available',
      status: 'False',
      reason: 'ServiceNotFound',
      message: 'service/metrics-server in "kube-system" is not present',
    });
  });

  it('loses a group on request and gets it back', async () => {
    const restore = test.api.faults.failGroup({
      group: 'batch',
      version: 'v1',
    });
    expect((await test.call('GET', '/apis/batch/v1')).status).toBe(503);
    expect((await test.call('GET', '/apis/batch/v1/jobs')).status).toBe(503);
    const { body } = await test.call('GET', '/apis', undefined, AGGREGATED);
    const batch = asArray(body.items).find(
      item => at(item, 'metadata', 'name') === 'batch',
    );
    expect(asObject(batch).versions).toEqual([
      { version: 'v1', freshness: 'Stale' },
    ]);
    restore();
    expect((await test.call('GET', '/apis/batch/v1/jobs')).status).toBe(200);
  });

  it('describes the fields of built-in kinds', async () => {
    const { body: index } = await test.call('GET', '/openapi/v3');
    expect(at(index, 'paths', 'apis/apps/v1', 'serverRelativeURL')).toMatch(
      /^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]{128}$/,
    );
    const { body } = await test.call('GET', '/openapi/v3/apis/apps/v1');
    const schemas = asObject(at(body, 'components', 'schemas'));
    const container = asObject(schemas['io.k8s.api.apps.v1.Container']);
    expect(container.required).toEqual(['name']);
    expect(at(container, 'properties', 'ports')).toEqual({
      type: 'array',
      items: {
        allOf: [
          { $ref: '#/components/schemas/io.k8s.api.apps.v1.ContainerPort' },
        ],
      },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['containerPort', 'protocol'],
      'x-kubernetes-patch-merge-key': 'containerPort',
      'x-kubernetes-patch-strategy': 'merge',
    });
  });

  it('converts autoscalers between versions without a loss', async () => {
    const collection = (version: string) =>
      `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers`;
    const metrics = [
      {
        type: 'Resource',
        resource: {
          name: 'memory',
          target: { type: 'AverageValue', averageValue: '100Mi' },
        },
      },
      {
        type: 'Resource',
        resource: {
          name: 'cpu',
          target: { type: 'Utilization', averageUtilization: 70 },
        },
      },
    ];
    await test.call('POST', collection('v2'), {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'a' },
      spec: {
        scaleTargetRef: {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          name: 'x',
        },
        maxReplicas: 3,
        metrics,
      },
    });
    const first = await test.call('GET', `${collection('v1')}/a`);
    expect(first.body).toMatchObject({
      apiVersion: 'autoscaling/v1',
      metadata: {
        annotations: {
          'autoscaling.alpha.kubernetes.io/metrics':
            '[{"type":"Resource","resource":{"name":"memory","targetAverageValue":"100Mi"}}]',
        },
      },
      spec: { minReplicas: 1, targetCPUUtilizationPercentage: 70 },
    });
    await test.call(
      'PATCH',
      `${collection('v1')}/a`,
      { spec: { targetCPUUtilizationPercentage: 44 } },
      { 'content-type': 'application/merge-patch+json' },
    );
    const second = await test.call('GET', `${collection('v2')}/a`);
    expect(at(second.body, 'metadata', 'annotations')).toBeUndefined();
    expect(asArray(at(second.body, 'spec', 'metrics'))).toHaveLength(2);
  });
});
