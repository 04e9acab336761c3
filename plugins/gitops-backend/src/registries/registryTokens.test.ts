// Servers: the sandbox's registry, and some of Node that answer as no registry does.
import { SandboxRegistry } from '@backstage-gitops/sandbox';
import { all, as, at, image, clientTest } from './__testUtils__/clientTest';
import { Keychain } from './Keychain';
import { RegistryMemory } from './RegistryMemory';

jest.setTimeout(120_000);

describe('tokens', () => {
  const { clientFor, sandbox, serve } = clientTest();
  const guarded = async (options: object = {}) => {
    const registry = await sandbox({ authentication: 'token', ...options });
    registry.addAccount({
      username: 'ci',
      password: 'secret',
      identityToken: 'long-lived',
    });
    await registry.push('team/app', image(), 'v1');
    await registry.push('team/other', image(), 'v1');
    return registry;
  };
  const tokensAsked = ({ requests }: SandboxRegistry) =>
    requests.filter(({ operation }) => operation === 'token').length;

  it('are asked for once for each repository, also by many at a time', async () => {
    const registry = await guarded();
    const memory = new RegistryMemory();
    await Promise.all(
      [1, 2, 3, 4].map(() =>
        clientFor({ memory, keychain: as('ci') }).resolve(at(registry), 'v1'),
      ),
    );
    expect(tokensAsked(registry)).toBe(1);
    const client = clientFor({ memory, keychain: as('ci') });
    await client.manifest(at(registry), 'v1');
    expect(tokensAsked(registry)).toBe(1);
    await client.manifest(at(registry, 'team/other'), 'v1');
    expect(tokensAsked(registry)).toBe(2);
    expect(registry.requests.at(-1)).toMatchObject({
      account: 'ci',
      authorization: 'bearer',
    });
  });

  it('are not shared by those who say they are others', async () => {
    const registry = await guarded();
    const memory = new RegistryMemory();
    await clientFor({ memory, keychain: as('ci') }).resolve(at(registry), 'v1');
    await expect(
      clientFor({ memory, keychain: as('ci', 'wrong') }).resolve(
        at(registry),
        'v1',
      ),
    ).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' });
    await expect(
      clientFor({ memory }).resolve(at(registry), 'v1'),
    ).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' });
  });

  it('are renewed when their time is over, and once where they are refused', async () => {
    let now = 0;
    const registry = await guarded({ tokenSeconds: 100, now: () => now });
    const memory = new RegistryMemory({ now: () => now });
    const client = clientFor({ memory, keychain: as('ci') });
    await client.resolve(at(registry), 'v1');
    now = 80_000;
    await client.resolve(at(registry), 'v1');
    expect(tokensAsked(registry)).toBe(1);
    now = 95_000;
    await client.resolve(at(registry), 'v1');
    expect(tokensAsked(registry)).toBe(2);
    registry.revokeTokens();
    await client.resolve(at(registry), 'v1');
    expect(tokensAsked(registry)).toBe(3);
  });

  it('are asked for anew where another could not wait for them', async () => {
    const registry = await guarded();
    const memory = new RegistryMemory();
    await clientFor({ memory, keychain: as('ci') }).resolve(at(registry), 'v1');
    const asked = new Promise<void>(resolve => {
      registry.faults.inject({
        match: ({ operation }) => {
          if (operation === 'token') {
            resolve();
          }
          return operation === 'token';
        },
        ...{ hang: true, times: 1 },
      });
    });
    const other = at(registry, 'team/other');
    const stop = new AbortController();
    const first = clientFor({
      ...{ memory, keychain: as('ci') },
      signal: stop.signal,
    }).resolve(other, 'v1');
    await asked;
    const second = clientFor({ memory, keychain: as('ci') }).resolve(
      other,
      'v1',
    );
    stop.abort(new Error('its time is over'));
    await expect(first).rejects.toThrow('its time is over');
    expect(await second).toMatch(/^sha256:/);
  });

  it('are not asked for without end', async () => {
    let asked = 0;
    const server = await serve((request, response) => {
      asked += 1;
      if (request.url?.startsWith('/token')) {
        response.end(JSON.stringify({ token: `t${asked}` }));
      } else {
        response.writeHead(401, {
          'www-authenticate': `Bearer realm="http://${request.headers.host}/token"`,
        });
        response.end();
      }
    });
    await expect(
      clientFor({ keychain: as('ci') }).manifest(at(server), 'v1'),
    ).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' });
    expect(asked).toBeLessThan(6);
  });

  it('are got for an identity token, by OAuth 2', async () => {
    const registry = await guarded();
    const keychain: Keychain = {
      resolve: async () => ({ identityToken: 'long-lived' }),
    };
    await clientFor({ keychain }).resolve(at(registry), 'v1');
    expect(
      registry.requests.find(({ operation }) => operation === 'token'),
    ).toMatchObject({ method: 'POST' });
    registry.faults.inject({
      match: ({ operation, method }) =>
        operation === 'token' && method === 'POST',
      status: 404,
    });
    await expect(
      clientFor({ keychain }).resolve(at(registry), 'v1'),
    ).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' });
    expect(registry.requests.at(-1)).toMatchObject({
      operation: 'token',
      method: 'GET',
    });
  });

  it('of the registry itself are sent as they are', async () => {
    let seen: string | undefined;
    const server = await serve((request, response) => {
      seen = request.headers.authorization;
      response.end('{"tags":["a"]}');
    });
    const keychain: Keychain = {
      resolve: async () => ({ registryToken: 'given' }),
    };
    await all(clientFor({ keychain }).tags(at(server)));
    expect(seen).toBe('Bearer given');
  });

  it('are asked of others only by nobody', async () => {
    const service = await sandbox({
      authentication: 'token',
      anonymousPull: true,
    });
    const realm = `${service.url.replace('127.0.0.1', 'localhost')}/token`;
    const registry = await guarded({ realm, anonymousPull: true });
    await expect(
      clientFor({ keychain: as('ci') }).resolve(at(registry), 'v1'),
    ).rejects.toMatchObject({ code: 'REGISTRY_REALM' });
    expect(service.requests).toEqual([]);
    // Its token is of no use here, but it was asked for.
    await expect(clientFor().resolve(at(registry), 'v1')).rejects.toMatchObject(
      { code: 'REGISTRY_UNAUTHORIZED' },
    );
    expect(service.requests[0]).toMatchObject({
      operation: 'token',
      account: undefined,
    });
  });

  it('are not asked of addresses that must not be connected to', async () => {
    const server = await serve((_, response) => {
      response.writeHead(401, {
        'www-authenticate':
          'Bearer realm="http://169.254.169.254/latest/meta-data/"',
      });
      response.end();
    });
    await expect(clientFor().manifest(at(server), 'v1')).rejects.toMatchObject({
      code: 'GITOPS_NETWORK_REFUSED',
    });
  });
});
