import { failure, FakeApi, json, type Handler } from '../__testUtils__/FakeApi';
import { MANAGER, OWNER } from '../__testUtils__/objects';
import { ApplyError } from './ApplyError';
import { applyObjects } from './applyObjects';

const SECRET = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'token', namespace: 'team' },
  data: { token: '#not-base64#' },
  stringData: { password: 'super-secret-value' },
};

describe('ApplyError', () => {
  let api: FakeApi;

  beforeEach(async () => {
    api = await FakeApi.start();
    api.on('GET /api/v1', (_, response) =>
      json(response, 200, {
        kind: 'APIResourceList',
        resources: [{ name: 'secrets', kind: 'Secret', namespaced: true }],
      }),
    );
  });

  afterEach(async () => {
    await api.stop();
  });

  it('is not needed for that: no write of a Secret tells its values', async () => {
    const path = '/api/v1/namespaces/team/secrets';
    const refuse: Handler = ({ body }, response) =>
      failure(response, 422, 'Invalid', {
        message: `no: ${body}`,
        details: { causes: [{ message: body }] },
      });
    api.on(`POST ${path}`, refuse);
    for (const method of ['PUT', 'PATCH']) {
      api.on(`${method} ${path}/token`, refuse);
    }
    const client = api.client();
    const ref = { ...SECRET, ...SECRET.metadata };
    const errors = await Promise.all(
      [
        client.create(SECRET),
        client.replace(SECRET),
        client.apply(SECRET, { fieldManager: MANAGER }),
        client.patch(ref, { type: 'merge', body: { data: SECRET.data } }),
        client.patch(ref, {
          type: 'json',
          body: [{ op: 'add', path: '/data', value: SECRET.data }],
        }),
      ].map(result => result.catch(e => e)),
    );
    for (const error of errors) {
      expect(error).toMatchObject({ code: 'invalid', reason: 'Invalid' });
      const told = `${error.stack} ${JSON.stringify(error)}`;
      expect(told).not.toContain('not-base64');
      expect(told).not.toContain('super-secret-value');
    }
  });

  it('never shows values of Secrets, though the server quotes them', async () => {
    const path = '/api/v1/namespaces/team/secrets/token';
    api.on(`GET ${path}`, (_, response) =>
      failure(response, 404, 'NotFound', { details: { name: 'token' } }),
    );
    // kube-apiserver 1.34 answers so to an apply that is not base64.
    api.on(`PATCH ${path}`, ({ body }, response) =>
      failure(response, 500, 'InternalError', {
        message: `failed to create typed patch object: ${body}`,
        details: { causes: [{ message: body }] },
      }),
    );
    const error = await applyObjects({
      client: api.client(),
      objects: [SECRET],
      fieldManager: MANAGER,
      ownerLabels: OWNER,
      clock: api.clock,
    }).catch(e => e);
    expect(error).toBeInstanceOf(ApplyError);
    expect(error.message).toMatch(
      /^Secret\/team\/token apply failed \(InternalError\): failed to create typed/,
    );
    const told = `${error.stack} ${JSON.stringify(error)} ${error.cause}`;
    expect(told).not.toContain('not-base64');
    expect(told).not.toContain('super-secret-value');
    expect(told).not.toContain(
      Buffer.from('super-secret-value').toString('base64'),
    );
    // What will never work is not tried again.
    expect(api.requests('PATCH', path)).toHaveLength(1);
  });
});
