import { RawOptions } from '@backstage-gitops/kubernetes-apply';
import { CapabilitiesCache } from './Capabilities';

/** A server that answers paths with JSON. */
function serverOf(answers: Record<string, object | number>) {
  const raw = jest.fn(async (path: string, _options?: RawOptions) => {
    const answer = answers[path] ?? 404;
    return {
      status: typeof answer === 'number' ? answer : 200,
      contentType: 'application/json',
      text: typeof answer === 'number' ? '' : JSON.stringify(answer),
    };
  });
  return { raw };
}

const OLDER = {
  '/version': { gitVersion: 'v1.25.3-eks' },
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/api/v1': { resources: [{ kind: 'Pod' }, { kind: 'Pod' }] },
  '/apis': {
    kind: 'APIGroupList',
    groups: [
      { versions: [{ groupVersion: 'apps/v1' }] },
      { versions: [{ groupVersion: 'metrics.k8s.io/v1' }] },
    ],
  },
  '/apis/apps/v1': { resources: [{ kind: 'Deployment' }, { kind: 'Scale' }] },
  '/apis/metrics.k8s.io/v1': 503,
};

describe('capabilities of a cluster', () => {
  it('come group by group, and one that is down hides its kinds only', async () => {
    expect(await new CapabilitiesCache().of('a', serverOf(OLDER))).toEqual({
      kubeVersion: 'v1.25.3-eks',
      apiVersions: [
        ...['v1', 'v1/Pod', 'apps/v1', 'metrics.k8s.io/v1'],
        ...['apps/v1/Deployment', 'apps/v1/Scale'],
      ],
    });
  });

  it('come in one answer where the server is newer', async () => {
    const server = serverOf({
      '/version': { gitVersion: 'v1.33.4' },
      '/api': {
        kind: 'APIGroupDiscoveryList',
        items: [
          {
            metadata: {},
            versions: [
              {
                version: 'v1',
                resources: [{ responseKind: { kind: 'Pod' } }],
              },
            ],
          },
        ],
      },
      '/apis': {
        kind: 'APIGroupDiscoveryList',
        items: [
          {
            metadata: { name: 'apps' },
            versions: [
              {
                version: 'v1',
                resources: [
                  {
                    responseKind: { kind: 'Deployment' },
                    subresources: [{ responseKind: { kind: 'Scale' } }],
                  },
                ],
              },
            ],
          },
        ],
      },
    });
    expect((await new CapabilitiesCache().of('a', server)).apiVersions).toEqual(
      ['v1', 'v1/Pod', 'apps/v1', 'apps/v1/Deployment', 'apps/v1/Scale'],
    );
    expect(server.raw).toHaveBeenCalledTimes(4);
  });

  it('are kept for each cluster, for a while, until they are forgotten', async () => {
    let now = 0;
    const cache = new CapabilitiesCache({ now: () => now, ttlMs: 1000 });
    const server = serverOf(OLDER);
    const asked = () =>
      server.raw.mock.calls.filter(([path]) => path === '/version').length;
    await Promise.all([cache.of('a', server), cache.of('a', server)]);
    await cache.of('b', server);
    expect(asked()).toBe(2);
    now = 999;
    await cache.of('a', server);
    expect(asked()).toBe(2);
    now = 1000;
    await cache.of('a', server);
    expect(asked()).toBe(3);
    cache.forget('a');
    await cache.of('a', server);
    expect(asked()).toBe(4);
  });

  it('are asked anew once there are other groups', async () => {
    const cache = new CapabilitiesCache();
    await cache.of('a', serverOf(OLDER));
    const newer = serverOf({
      ...OLDER,
      '/apis': {
        kind: 'APIGroupList',
        groups: [{ versions: [{ groupVersion: 'cert-manager.io/v1' }] }],
      },
      '/apis/cert-manager.io/v1': { resources: [{ kind: 'Issuer' }] },
    });
    expect((await cache.of('a', newer)).apiVersions).toContain(
      'cert-manager.io/v1/Issuer',
    );
  });

  it.each([
    [
      { '/version': 401 },
      /server version from Kubernetes: .version answered 401/,
    ],
    [{ '/version': {} }, /server version from Kubernetes: the answer has none/],
    [{ '/apis': 500 }, /apiVersions from Kubernetes: .apis answered 500/],
  ])('are not guessed (%j), and asked anew', async (answers, message) => {
    const cache = new CapabilitiesCache();
    await expect(
      cache.of('a', serverOf({ ...OLDER, ...answers })),
    ).rejects.toThrow(message);
    await expect(cache.of('a', serverOf(OLDER))).resolves.toBeDefined();
  });
});
