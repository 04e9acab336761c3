import { failure, FakeApi, json } from '../__testUtils__/FakeApi';
import { DiscoveryUnavailableError, UnknownKindError } from '../errors/errors';

describe('discovery', () => {
  let api: FakeApi;

  beforeEach(async () => {
    api = await FakeApi.start();
  });

  afterEach(async () => {
    await api.stop();
  });

  const unknown = { apiVersion: 'example.com/v1', kind: 'Widget' };
  const groups = (...versions: string[]) => ({
    kind: 'APIGroupList',
    groups: [
      {
        name: 'example.com',
        versions: versions.map(v => ({ groupVersion: `example.com/${v}` })),
      },
    ],
  });

  it('knows an unknown kind from an outage', async () => {
    const client = api.client({ maxAttempts: 1 });
    const resourceOf = () =>
      client.resourceOf(unknown.apiVersion, unknown.kind);
    // Nothing answers for the list of groups.
    await expect(resourceOf()).rejects.toBeInstanceOf(
      DiscoveryUnavailableError,
    );
    // The group is listed, but its own API is down.
    api.on('GET /apis', (_, r) => json(r, 200, groups('v1')));
    await expect(resourceOf()).rejects.toBeInstanceOf(
      DiscoveryUnavailableError,
    );
    api.on('GET /apis/example.com/v1', (_, r) =>
      failure(r, 503, 'ServiceUnavailable'),
    );
    await expect(resourceOf()).rejects.toBeInstanceOf(
      DiscoveryUnavailableError,
    );
    api.on('GET /apis/example.com/v1', (_, r) => failure(r, 403, 'Forbidden'));
    await expect(resourceOf()).rejects.toBeInstanceOf(
      DiscoveryUnavailableError,
    );
    // The cluster says that it has no such version.
    api.on('GET /apis', (_, r) => json(r, 200, groups('v2')));
    api.on('GET /apis/example.com/v1', (_, r) => {
      r.writeHead(404).end();
    });
    await expect(resourceOf()).rejects.toBeInstanceOf(UnknownKindError);
  });

  it('sees a kind that was added since', async () => {
    const client = api.client();
    const kinds: object[] = [];
    api.on('GET /apis/example.com/v1', (_, r) =>
      json(r, 200, { kind: 'APIResourceList', resources: kinds }),
    );
    await expect(
      client.resourceOf('example.com/v1', 'Widget'),
    ).rejects.toBeInstanceOf(UnknownKindError);
    kinds.push({ name: 'widgets', kind: 'Widget', namespaced: true });
    expect(await client.resourceOf('example.com/v1', 'Widget')).toMatchObject({
      plural: 'widgets',
      namespaced: true,
    });
  });

  it('asks again for a kind that a known version had not', async () => {
    const client = api.client();
    const kinds = [{ name: 'widgets', kind: 'Widget', namespaced: true }];
    api.on('GET /apis/example.com/v1', (_, r) =>
      json(r, 200, { kind: 'APIResourceList', resources: kinds }),
    );
    await client.resourceOf('example.com/v1', 'Widget');
    kinds.push({ name: 'gadgets', kind: 'Gadget', namespaced: false });
    expect(await client.resourceOf('example.com/v1', 'Gadget')).toMatchObject({
      plural: 'gadgets',
    });
  });

  it('does not forget a kind in an outage', async () => {
    const client = api.client({ maxAttempts: 1, discoveryTtlMs: 1_000 });
    api.on('GET /apis/example.com/v1', (_, r) =>
      json(r, 200, {
        kind: 'APIResourceList',
        resources: [{ name: 'widgets', kind: 'Widget', namespaced: true }],
      }),
    );
    const { apiVersion, kind } = unknown;
    await client.resourceOf(apiVersion, kind);
    api.on('GET /apis/example.com/v1', (_, r) =>
      failure(r, 503, 'ServiceUnavailable'),
    );
    api.clock.advance(1_001);
    await expect(client.resourceOf(apiVersion, kind)).rejects.toBeInstanceOf(
      DiscoveryUnavailableError,
    );
    await expect(client.versionsOf('example.com', kind)).rejects.toBeInstanceOf(
      DiscoveryUnavailableError,
    );
  });

  it('asks once for many callers and then not again', async () => {
    const client = api.client();
    await Promise.all([
      client.resourceOf('v1', 'ConfigMap'),
      client.resourceOf('v1', 'Namespace'),
    ]);
    expect(await client.resourceOf('v1', 'Namespace')).toMatchObject({
      plural: 'namespaces',
      namespaced: false,
      subresources: ['status'],
    });
    expect(api.requests('GET', '/api/v1')).toHaveLength(1);
  });
});
