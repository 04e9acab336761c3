import { GitopsApiError } from './GitopsApiError';
import { GitopsClient } from './GitopsClient';

const key = {
  home: 'local',
  kind: 'Kustomization',
  namespace: 'default',
  name: 'game.app',
};

function clientThatGets(answer: Response) {
  const fetched = jest.fn(async (..._: Parameters<typeof fetch>) => answer);
  const client = new GitopsClient({
    discoveryApi: {
      getBaseUrl: async plugin => `https://portal.example/api/${plugin}`,
    },
    fetchApi: { fetch: fetched },
  });
  return { client, fetched };
}

const json = (body: string, init?: ResponseInit) =>
  new Response(body, {
    headers: { 'Content-Type': 'application/json' },
    ...init,
  });

describe('GitopsClient', () => {
  it('repeats filters of several values and leaves out those that are not set', async () => {
    const { client, fetched } = clientThatGets(json('{"items":[]}'));
    await client.listObjects({
      kind: ['Kustomization', 'HelmRelease'],
      search: 'a b&c',
      suspended: false,
      limit: 10,
      home: undefined,
    });
    expect(fetched.mock.calls[0][0]).toBe(
      'https://portal.example/api/gitops/objects?kind=Kustomization&kind=HelmRelease&search=a+b%26c&suspended=false&limit=10',
    );
  });

  it.each([
    ['getObject', '', 'GET'],
    ['listEvents', '/events', 'GET'],
    ['reconcileObject', '/reconcile', 'POST'],
    ['suspendObject', '/suspend', 'POST'],
    ['resumeObject', '/resume', 'POST'],
  ] as const)(
    '%s asks for the object by its key',
    async (method, suffix, verb) => {
      const { client, fetched } = clientThatGets(json('{}'));
      await client[method]({ ...key, name: 'a b/c' });
      const [url, init] = fetched.mock.calls[0];
      expect(url).toBe(
        `https://portal.example/api/gitops/objects/local/Kustomization/default/a%20b%2Fc${suffix}`,
      );
      expect(init).toMatchObject({ method: verb });
    },
  );

  it('asks for the report of the doctor', async () => {
    const { client, fetched } = clientThatGets(json('{"level":"ok"}'));
    await expect(client.getDoctorReport()).resolves.toEqual({ level: 'ok' });
    expect(fetched.mock.calls[0][0]).toBe(
      'https://portal.example/api/gitops/doctor',
    );
  });

  it('asks for registrations by their entities', async () => {
    const { client, fetched } = clientThatGets(json('{"items":[]}'));
    await client.listRegistrations({
      entity: ['kustomization:default/a', 'gitrepository:default/b'],
      state: ['PendingApproval', 'Rejected'],
    });
    expect(fetched.mock.calls[0][0]).toBe(
      'https://portal.example/api/gitops/registrations?entity=kustomization%3Adefault%2Fa&entity=gitrepository%3Adefault%2Fb&state=PendingApproval&state=Rejected',
    );
  });

  it('asks for one registration by the parts of its reference', async () => {
    const { client, fetched } = clientThatGets(json('{}'));
    await client.getRegistration('kustomization:default/a_b');
    expect(fetched.mock.calls[0][0]).toBe(
      'https://portal.example/api/gitops/registrations/kustomization/default/a_b',
    );
  });

  it('sends a body as JSON, and the token and signal it is given', async () => {
    const { client, fetched } = clientThatGets(json('{}'));
    const { signal } = new AbortController();
    await client.suspendObject(
      key,
      { reason: 'freeze' },
      { token: 't', signal },
    );
    expect(fetched.mock.calls[0][1]).toEqual({
      method: 'POST',
      headers: {
        Accept: 'application/json',
        Authorization: 'Bearer t',
        'Content-Type': 'application/json',
      },
      body: '{"reason":"freeze"}',
      signal,
    });
  });

  it('keeps integers that JavaScript numbers cannot hold', async () => {
    const { client } = clientThatGets(json('{"spec":{"n":9007199254740993}}'));
    const detail = await client.getObject(key);
    expect(detail.spec).toEqual({ n: 9007199254740993n });
  });

  it("rejects with the code and message of Backstage's error format", async () => {
    const { client, fetched } = clientThatGets(
      json(
        '{"error":{"name":"ConflictError","message":"It is suspended","code":"GITOPS_SUSPENDED"}}',
        { status: 409 },
      ),
    );
    const error = await client.reconcileObject(key).catch(e => e);
    expect(error).toBeInstanceOf(GitopsApiError);
    expect(error).toMatchObject({
      code: 'GITOPS_SUSPENDED',
      status: 409,
      message: 'It is suspended',
    });
    expect(fetched).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['a page of HTML', 502, '<html>bad gateway</html>', 'HTTP_502'],
    [
      'an error without a code',
      404,
      '{"error":{"name":"NotFoundError"}}',
      'NotFoundError',
    ],
    ['nothing, although all is well', 200, '', 'HTTP_200'],
  ])(
    'rejects with a code when the answer is %s',
    async (_, status, body, code) => {
      const { client } = clientThatGets(json(body, { status }));
      await expect(client.listHomes()).rejects.toMatchObject({ code, status });
    },
  );
});
