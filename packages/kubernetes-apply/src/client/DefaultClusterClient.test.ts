import { gzipSync } from 'node:zlib';
import {
  ConnectionError,
  ImpersonationError,
  InvalidReferenceError,
  RequestTimeoutError,
  ResponseTooLargeError,
} from '../errors/errors';
import {
  ConflictError,
  KubernetesApiError,
} from '../errors/KubernetesApiError';
import { failure, FakeApi, json } from '../__testUtils__/FakeApi';
import type { Impersonation } from './ClusterClient';

const REF = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'team',
  name: 'settings',
};
const PATH = '/api/v1/namespaces/team/configmaps/settings';
const COLLECTION = '/api/v1/namespaces/team/configmaps';
const OBJECT = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'team', name: 'settings' },
  data: { key: 'value' },
};

describe('ClusterClient', () => {
  let api: FakeApi;

  beforeEach(async () => {
    api = await FakeApi.start();
  });

  afterEach(async () => {
    await api.stop();
  });

  it('asks its guard before each attempt of a write, and of no read', async () => {
    api.on(`PATCH ${PATH}`, (_, response) => failure(response, 503, 'Down'));
    api.on(`GET ${PATH}`, (_, response) => json(response, 200, '{}'));
    let asked = 0;
    const client = api.client().guardedBy(() => {
      asked += 1;
      if (asked > 1) throw new Error('not any more');
    });
    await client.get(REF);
    expect(asked).toBe(0);
    await expect(
      client.as({ user: 'x' }).apply(OBJECT, { fieldManager: 'test' }),
    ).rejects.toThrow('not any more');
    expect(api.requests('PATCH', PATH)).toHaveLength(1);
  });

  describe('get', () => {
    it('keeps 64-bit integers and sends the credential', async () => {
      api.on(`GET ${PATH}`, (_, response) =>
        json(response, 200, '{"kind":"ConfigMap","big":9007199254740993}'),
      );
      expect(await api.client().get(REF)).toEqual({
        kind: 'ConfigMap',
        big: 9007199254740993n,
      });
      expect(api.requests('GET', PATH)[0].headers).toMatchObject({
        authorization: 'Bearer test-token',
        'user-agent': 'backstage-gitops',
      });
    });

    it('says undefined only where the server says not found', async () => {
      api.on(`GET ${PATH}`, (_, response) =>
        failure(response, 404, 'NotFound', {
          details: { name: 'settings', kind: 'configmaps' },
        }),
      );
      expect(await api.client().get(REF)).toBeUndefined();
    });

    it.each([
      ['a plain 404', 404, '404 page not found', 'text/plain'],
      ['a web page', 404, '<html>not here</html>', 'text/html'],
      [
        'another object',
        404,
        '{"kind":"Status","reason":"NotFound","details":{"name":"other"}}',
        'application/json',
      ],
      ['a redirect', 302, '', 'text/plain'],
    ])('takes %s for an error', async (_, status, body, type) => {
      api.on(`GET ${PATH}`, (__, response) => {
        response.writeHead(status, { 'Content-Type': type, Location: '/x' });
        response.end(body);
      });
      await expect(api.client().get(REF)).rejects.toBeInstanceOf(
        KubernetesApiError,
      );
    });

    it('tries again after 429, as long as the server asks', async () => {
      let calls = 0;
      api.on(`GET ${PATH}`, (_, response) => {
        calls += 1;
        if (calls === 1) {
          failure(response, 429, 'TooManyRequests', {}, { 'Retry-After': '7' });
        } else if (calls === 2) {
          failure(response, 503, 'ServiceUnavailable');
        } else {
          json(response, 200, OBJECT);
        }
      });
      expect(await api.client().get(REF)).toEqual(OBJECT);
      expect(api.clock.pauses).toEqual([7000, 375]);
    });

    it('gives up after a bounded number of attempts', async () => {
      api.on(`GET ${PATH}`, (_, response) =>
        failure(response, 500, 'InternalError', { message: 'etcd is away' }),
      );
      await expect(
        api.client({ maxAttempts: 3 }).get(REF),
      ).rejects.toMatchObject({
        code: 'server-error',
        status: 500,
        message: 'get ConfigMap/team/settings: etcd is away',
      });
      expect(api.requests('GET', PATH)).toHaveLength(3);
    });

    it('does not hold a reconcile for a huge Retry-After', async () => {
      api.on(`GET ${PATH}`, (_, response) =>
        failure(
          response,
          429,
          'TooManyRequests',
          {},
          { 'Retry-After': '3600' },
        ),
      );
      await expect(api.client().get(REF)).rejects.toMatchObject({
        code: 'too-many-requests',
        retryAfterMs: 3_600_000,
      });
      expect(api.requests('GET', PATH)).toHaveLength(1);
    });

    it('bounds what it reads, zipped or not', async () => {
      const page = JSON.stringify({ data: 'x'.repeat(100_000) });
      const client = api.client({ maxResponseBytes: 50_000 });
      api.on(`GET ${PATH}`, (_, response) => json(response, 200, page));
      await expect(client.get(REF)).rejects.toBeInstanceOf(
        ResponseTooLargeError,
      );
      api.on(`GET ${PATH}`, (_, response) => {
        response.writeHead(200, { 'Content-Encoding': 'gzip' });
        response.end(gzipSync(page));
      });
      await expect(client.get(REF)).rejects.toBeInstanceOf(
        ResponseTooLargeError,
      );
      expect(
        await api.client({ maxResponseBytes: 200_000 }).get(REF),
      ).toHaveProperty('data');
    });

    it('gives up on a server that does not answer', async () => {
      const asked = new Promise<void>(resolve => {
        api.on(`GET ${PATH}`, () => resolve());
      });
      const result = api.client().get(REF);
      await asked;
      api.clock.advance(60_000);
      await expect(result).rejects.toBeInstanceOf(RequestTimeoutError);
    });

    it('explains a connection that breaks', async () => {
      api.on(`GET ${PATH}`, (_, response) => {
        response.destroy();
      });
      await expect(
        api.client({ maxAttempts: 2 }).get(REF),
      ).rejects.toBeInstanceOf(ConnectionError);
      expect(api.requests('GET', PATH)).toHaveLength(2);
    });

    it.each(['..', '.', 'a/b', 'a%2fb', ''])(
      'refuses the name %j',
      async name => {
        await expect(api.client().get({ ...REF, name })).rejects.toBeInstanceOf(
          InvalidReferenceError,
        );
      },
    );
  });

  describe('list', () => {
    const page = (items: string[], rest: object) => ({
      kind: 'ConfigMapList',
      metadata: rest,
      items: items.map(name => ({ metadata: { name } })),
    });

    it('reads all pages and names kinds', async () => {
      api.on(`GET ${COLLECTION}`, ({ url }, response) =>
        json(
          response,
          200,
          url.includes('continue=more')
            ? page(['b'], { resourceVersion: '7' })
            : page(['a'], { resourceVersion: '7', continue: 'more' }),
        ),
      );
      const result = await api.client().list({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        namespace: 'team',
        labelSelector: 'app in (a, b)',
      });
      expect(result).toEqual({
        resourceVersion: '7',
        items: ['a', 'b'].map(name => ({
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name },
        })),
      });
      expect(api.requests('GET', COLLECTION)[0].url).toContain(
        'labelSelector=app+in+%28a%2C+b%29&limit=500',
      );
    });

    it('starts over in one page when a page expires', async () => {
      api.on(`GET ${COLLECTION}`, ({ url }, response) => {
        if (url.includes('continue=')) failure(response, 410, 'Expired');
        else if (url.includes('limit=')) {
          json(response, 200, page(['a'], { continue: 'more' }));
        } else json(response, 200, page(['a', 'b'], { resourceVersion: '9' }));
      });
      const { items } = await api
        .client()
        .list({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'team' });
      expect(items).toHaveLength(2);
    });

    it('stops where there is more than it was told to read', async () => {
      const LIST = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'team' };
      let remainingItemCount: number | undefined = 50_000;
      api.on(`GET ${COLLECTION}`, (_, response) =>
        json(
          response,
          200,
          page(['a', 'b'], { continue: 'more', remainingItemCount }),
        ),
      );
      const client = api.client();
      expect(await client.list({ ...LIST, maxItems: 10 })).toMatchObject({
        items: [{}, {}],
        truncated: true,
      });
      // Lists by label do not say how much is left.
      remainingItemCount = undefined;
      expect(await client.list({ ...LIST, maxItems: 2 })).toMatchObject({
        truncated: true,
      });
      expect(api.requests('GET', COLLECTION)).toHaveLength(2);
      api.on(`GET ${COLLECTION}`, (_, response) =>
        failure(response, 410, 'Expired'),
      );
      expect(await client.list({ ...LIST, maxItems: 2 })).toMatchObject({
        items: [],
        truncated: true,
      });
    });

    it('does not follow a page that leads to itself', async () => {
      api.on(`GET ${COLLECTION}`, (_, response) =>
        json(response, 200, page(['a'], { continue: 'again' })),
      );
      await expect(
        api
          .client()
          .list({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'team' }),
      ).rejects.toBeInstanceOf(ConnectionError);
    });
  });

  describe('impersonation', () => {
    it('sends user, groups and extra values', async () => {
      api.on(`GET ${PATH}`, (_, response) => json(response, 200, OBJECT));
      await api
        .client()
        .as({
          user: 'system:serviceaccount:team:deployer',
          groups: ['system:serviceaccounts', 'system:authenticated'],
          extra: { 'Example.com/Scope': ['a', 'b'] },
        })
        .get(REF);
      const { rawHeaders } = api.requests('GET', PATH)[0];
      const values = (name: string) =>
        rawHeaders.filter((_, i) => rawHeaders[i - 1] === name && i % 2);
      expect(values('Impersonate-User')).toEqual([
        'system:serviceaccount:team:deployer',
      ]);
      expect(values('Impersonate-Group')).toEqual([
        'system:serviceaccounts',
        'system:authenticated',
      ]);
      expect(values('Impersonate-Extra-example.com%2Fscope')).toEqual([
        'a',
        'b',
      ]);
    });

    it.each<Impersonation>([
      { user: '' },
      { user: '  ' },
      { user: 'a', groups: [''] },
      { user: 'a', extra: { scope: [] } },
      { user: 'a', extra: { '': ['x'] } },
      { user: 'a\r\nImpersonate-User: admin' },
    ])('fails closed for %j', impersonation => {
      expect(() => api.client().as(impersonation)).toThrow(ImpersonationError);
      expect(api.received).toEqual([]);
    });

    it('does not act as somebody on behalf of somebody', () => {
      const client = api.client().as({ user: 'a' });
      expect(() => client.as({ user: 'b' })).toThrow(ImpersonationError);
    });
  });

  describe('writes', () => {
    it('applies with manager, force and dry run, and tries again', async () => {
      let calls = 0;
      api.on(`PATCH ${PATH}`, (_, response) => {
        calls += 1;
        if (calls === 1) failure(response, 503, 'ServiceUnavailable');
        else json(response, 200, OBJECT);
      });
      await api
        .client()
        .apply(
          { ...OBJECT, big: 9007199254740993n },
          { fieldManager: 'gitops', force: true, dryRun: true },
        );
      const [, request] = api.requests('PATCH', PATH);
      expect(request.url).toBe(
        `${PATH}?dryRun=All&fieldManager=gitops&force=true`,
      );
      expect(request.headers['content-type']).toBe(
        'application/apply-patch+yaml',
      );
      expect(request.body).toContain('"big":9007199254740993');
    });

    it('names who else owns the fields', async () => {
      api.on(`PATCH ${PATH}`, (_, response) =>
        failure(response, 409, 'Conflict', {
          message: 'Apply failed with 1 conflict',
          details: {
            causes: [
              {
                reason: 'FieldManagerConflict',
                message: 'conflict with "kubectl-edit" using v1',
                field: '.data.key',
              },
            ],
          },
        }),
      );
      const error = await api
        .client()
        .apply(OBJECT, { fieldManager: 'gitops' })
        .catch(e => e);
      expect(error).toBeInstanceOf(ConflictError);
      expect(error.conflicts).toEqual([
        { manager: 'kubectl-edit', fields: ['.data.key'] },
      ]);
    });

    it('never repeats a create, and cuts long messages', async () => {
      api.on(`POST ${COLLECTION}`, (_, response) =>
        failure(response, 500, 'InternalError', {
          message: 'x'.repeat(1_000_000),
        }),
      );
      const error = await api
        .client()
        .create(OBJECT)
        .catch(e => e);
      expect(error.message.length).toBeLessThan(5000);
      expect(api.requests('POST', COLLECTION)).toHaveLength(1);
    });

    it('deletes with preconditions and tells what was not there', async () => {
      api.on(`DELETE ${PATH}`, (_, response) => json(response, 200, {}));
      const options = {
        uid: 'u1',
        resourceVersion: '3',
        propagationPolicy: 'Background' as const,
      };
      expect(await api.client().delete(REF, options)).toBe(true);
      expect(JSON.parse(api.requests('DELETE', PATH)[0].body)).toMatchObject({
        preconditions: { uid: 'u1', resourceVersion: '3' },
        propagationPolicy: 'Background',
      });
      api.on(`DELETE ${PATH}`, (_, response) =>
        failure(response, 404, 'NotFound', { details: { name: 'settings' } }),
      );
      expect(await api.client().delete(REF)).toBe(false);
    });

    it('needs a namespace for a namespaced kind', async () => {
      await expect(
        api.client().get({ ...REF, namespace: undefined }),
      ).rejects.toMatchObject({
        code: 'invalid-reference',
        hint: 'set metadata.namespace',
      });
    });
  });

  it('keeps its connections, also after a DELETE with a body', async () => {
    api.on(`GET ${PATH}`, (_, response) => json(response, 200, OBJECT));
    api.on(`PATCH ${PATH}`, (_, response) => json(response, 200, OBJECT));
    api.on(`DELETE ${PATH}`, (_, response) => json(response, 200, OBJECT));
    const client = api.client();
    for (let i = 0; i < 5; i++) {
      await client.get(REF);
      await client.apply(OBJECT, { fieldManager: 'test' });
      await client.delete(REF, { uid: 'u', propagationPolicy: 'Background' });
    }
    // Not one for each: at most, one was still busy when the next was asked.
    expect(api.connections).toBeLessThanOrEqual(2);
  });

  it('reads any other path without judging the status', async () => {
    api.on('GET /version', (_, response) =>
      json(response, 418, { major: '1' }),
    );
    expect(await api.client().raw('/version')).toMatchObject({
      status: 418,
      text: '{"major":"1"}',
    });
    await expect(api.client().raw('/api/../x')).rejects.toBeInstanceOf(
      InvalidReferenceError,
    );
  });
});
