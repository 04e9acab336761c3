import { failure, FakeApi, json } from '../__testUtils__/FakeApi';
import { waitForHealth } from './waitForHealth';

const PODS = '/api/v1/namespaces/n/pods';
const SETS = '/apis/apps/v1/namespaces/n/statefulsets';
const SET = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  namespace: 'n',
  name: 's',
};
const POD = { apiVersion: 'v1', kind: 'Pod', namespace: 'n', name: 'p' };

const statefulSet = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 's', namespace: 'n', uid: 's', resourceVersion: '1' },
  spec: {
    replicas: 2,
    selector: {
      matchLabels: { app: 's' },
      matchExpressions: [
        { key: 'tier', operator: 'In', values: ['a', 'b'] },
        { key: 'old', operator: 'DoesNotExist' },
      ],
    },
  },
  status: { replicas: 2, readyReplicas: 1 },
};

const pod = (
  name: string,
  status: object,
  metadata: object = {},
): { metadata: { name: string } } => ({
  metadata: {
    name,
    namespace: 'n',
    uid: name,
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
    ...metadata,
  } as { name: string },
  ...{ apiVersion: 'v1', kind: 'Pod', status },
});

const CRASHING = {
  phase: 'Running',
  containerStatuses: [
    { name: 'c', state: { waiting: { reason: 'CrashLoopBackOff' } } },
  ],
};
const UNSCHEDULABLE = {
  phase: 'Pending',
  conditions: [
    { type: 'PodScheduled', status: 'False', reason: 'Unschedulable' },
  ],
};

describe('health that objects do not tell themselves', () => {
  let api: FakeApi;

  beforeEach(async () => {
    api = await FakeApi.start();
    const resources = (...names: [string, string][]) => ({
      kind: 'APIResourceList',
      resources: names.map(([name, kind]) => ({
        name,
        kind,
        namespaced: true,
      })),
    });
    api.on('GET /api/v1', (_, response) =>
      json(response, 200, resources(['pods', 'Pod'])),
    );
    api.on('GET /apis/apps/v1', (_, response) =>
      json(response, 200, resources(['statefulsets', 'StatefulSet'])),
    );
  });

  afterEach(async () => {
    await api.stop();
  });

  /** Lists these, and then sends these events and stays silent. */
  function serve(path: string, items: object[], events: object[] = []): void {
    api.on(`GET ${path}`, ({ url }, response) => {
      if (!url.includes('watch=true')) {
        const metadata = { resourceVersion: '1' };
        json(response, 200, { kind: 'List', metadata, items });
        return;
      }
      response.writeHead(200).flushHeaders();
      for (const event of events) response.write(`${JSON.stringify(event)}\n`);
    });
  }

  const wait = (ref: typeof SET) =>
    waitForHealth({
      client: api.client(),
      refs: [ref],
      timeoutMs: 100_000,
      clock: api.clock,
    });

  it('fails for a StatefulSet whose pods fail', async () => {
    serve(SETS, [statefulSet]);
    serve(PODS, [
      pod('s-0', CRASHING),
      pod('s-1', CRASHING),
      pod('s-2', UNSCHEDULABLE),
      pod('s-3', CRASHING, { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    ]);
    await expect(wait(SET)).rejects.toThrow(
      "failed early due to stalled resources: [StatefulSet/n/s status: 'Failed': 2 pods have failed]",
    );
    const [list] = api.requests('GET', PODS);
    const selector = new URL(list.url, 'http://x').searchParams;
    expect(selector.get('labelSelector')).toBe('app=s,tier in (a,b),!old');
  });

  it('sees pods fail later', async () => {
    serve(SETS, [statefulSet]);
    serve(
      PODS,
      [pod('s-0', { phase: 'Pending' })],
      [
        {
          type: 'MODIFIED',
          object: pod('s-0', CRASHING, { resourceVersion: '2' }),
        },
      ],
    );
    await expect(wait(SET)).rejects.toThrow('1 pods have failed');
  });

  it('does without pods that it may not see', async () => {
    const done = {
      ...statefulSet,
      metadata: { ...statefulSet.metadata, resourceVersion: '2' },
      status: { replicas: 2, readyReplicas: 2, currentReplicas: 2 },
    };
    let refused = () => {};
    const asked = new Promise<void>(resolve => {
      refused = resolve;
    });
    api.on(`GET ${PODS}`, (_, response) => {
      failure(response, 403, 'Forbidden');
      refused();
    });
    api.on(`GET ${SETS}`, async ({ url }, response) => {
      if (!url.includes('watch=true')) {
        const metadata = { resourceVersion: '1' };
        json(response, 200, { kind: 'List', metadata, items: [statefulSet] });
        return;
      }
      response.writeHead(200).flushHeaders();
      await asked;
      const event = { type: 'MODIFIED', object: done };
      response.write(`${JSON.stringify(event)}\n`);
    });
    const { objects } = await wait(SET);
    expect(objects[0].status).toBe('Current');
  });

  it('fails for a pod that nobody schedules, though no event tells', async () => {
    serve(PODS, [pod('p', UNSCHEDULABLE)]);
    await expect(wait(POD)).rejects.toThrow(
      "[Pod/n/p status: 'Failed': Pod could not be scheduled]",
    );
    expect(api.clock.pauses).toContain(15_000);
  });
});
