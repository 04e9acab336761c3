// Servers: the sandbox's registry, Debian's docker-registry (distribution 2.8), and
// some of Node that answer as no registry does.
import { createServer, RequestListener, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { startRegistry, SandboxRegistry } from '@backstage-gitops/sandbox';
import { HttpPool } from '../net/HttpPool';
import { NetworkGuard } from '../net/NetworkGuard';
import { pushImage } from './__testUtils__/pushImage';
import { registryTestServers } from './__testUtils__/registryTestServers';
import { digestOf } from './digest';
import { Keychain } from './Keychain';
import { RegistryClient, RegistryClientOptions } from './RegistryClient';
import { RegistryMemory } from './RegistryMemory';
import { RegistryRepository } from './reference';
import { tagPages } from './tagPages';

jest.setTimeout(120_000);

const LAYER = 'application/x.layer';
const BIG = 1024 * 1024;

describe('RegistryClient', () => {
  let pool: HttpPool;
  const stops: (() => Promise<unknown>)[] = [];
  let waits: number[];

  beforeEach(() => {
    waits = [];
    pool = new HttpPool({
      guard: new NetworkGuard({ allow: ['127.0.0.1', 'localhost'] }),
    });
    stops.push(() => pool.close());
  });
  afterEach(async () => {
    await Promise.all(stops.splice(0).map(stop => stop()));
  });

  const sandbox = async (
    options?: Parameters<typeof startRegistry>[0],
  ): Promise<SandboxRegistry> => {
    const registry = await startRegistry(options);
    stops.push(() => registry.stop());
    return registry;
  };
  const serve = async (answer: RequestListener) => {
    const server: Server = createServer(answer);
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
    stops.push(async () => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    return { address: `127.0.0.1:${port}`, url: `http://127.0.0.1:${port}` };
  };
  const clientFor = (options: Partial<RegistryClientOptions> = {}) => {
    const client = new RegistryClient({
      connections: pool,
      memory: new RegistryMemory(),
      signal: new AbortController().signal,
      wait: async ms => {
        waits.push(ms);
      },
      ...options,
    });
    stops.push(async () => client.close());
    return client;
  };
  const as = (username: string, password = 'secret'): Keychain => ({
    resolve: async () => ({ username, password }),
  });
  const at = (
    { address }: { address: string },
    name = 'team/app',
  ): RegistryRepository => ({ registry: address, name });
  const all = async (pages: AsyncIterable<string[]>) => {
    const tags: string[] = [];
    for await (const page of pages) {
      tags.push(...page);
    }
    return tags;
  };
  const image = (content = 'content') => ({
    layers: [{ mediaType: LAYER, content: Buffer.from(content) }],
    annotations: { a: 'b' },
  });

  describe.each(registryTestServers)('with %s', (_, start) => {
    it('lists, resolves and reads', async () => {
      const server = await start();
      stops.push(() => server.stop());
      const digest = await pushImage(server, 'team/app', image(), 'v1');
      await pushImage(server, 'team/app', image('other'), 'v2');
      const client = clientFor();
      const repository = at(server);
      expect((await all(client.tags(repository))).sort()).toEqual(['v1', 'v2']);
      expect(await client.resolve(repository, 'v1')).toBe(digest);
      const { manifest } = await client.image(repository, digest);
      expect(manifest.annotations).toEqual({ a: 'b' });
      const content = await client.smallBlob(repository, manifest.layers[0], {
        maxBytes: BIG,
      });
      expect(content.toString()).toBe('content');
      expect(
        JSON.parse(
          String(
            await client.smallBlob(repository, manifest.config!, {
              maxBytes: BIG,
            }),
          ),
        ),
      ).toEqual({});
      expect(await client.referrers(repository, digest)).toEqual([]);
      await expect(client.manifest(repository, 'none')).rejects.toMatchObject({
        code: 'REGISTRY_NOT_FOUND',
        message: expect.stringContaining('MANIFEST_UNKNOWN'),
      });
    });

    it('logs in by name and password', async () => {
      const server = await start({ basicAuth: true });
      stops.push(() => server.stop());
      const authorization = `Basic ${Buffer.from('ci:secret').toString('base64')}`;
      await pushImage({ ...server, authorization }, 'team/app', image(), 'v1');
      const repository = at(server);
      await clientFor({ keychain: as('ci') }).resolve(repository, 'v1');
      for (const keychain of [as('ci', 'wrong'), undefined]) {
        await expect(
          clientFor({ keychain }).resolve(repository, 'v1'),
        ).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED', status: 401 });
      }
    });
  });

  describe('tokens', () => {
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
      await clientFor({ memory, keychain: as('ci') }).resolve(
        at(registry),
        'v1',
      );
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
      await expect(
        clientFor().resolve(at(registry), 'v1'),
      ).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' });
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
      await expect(
        clientFor().manifest(at(server), 'v1'),
      ).rejects.toMatchObject({ code: 'GITOPS_NETWORK_REFUSED' });
    });
  });

  describe('pages of tags', () => {
    it('are followed to the end', async () => {
      const registry = await sandbox({ pageSize: 7 });
      const wanted: string[] = [];
      for (let i = 0; i < 50; i++) {
        wanted.push(`v${String(i).padStart(3, '0')}`);
        await registry.push('team/app', image(), wanted[i]);
      }
      expect(await all(clientFor().tags(at(registry)))).toEqual(wanted);
      expect(
        registry.requests.filter(({ operation }) => operation === 'tags'),
      ).toHaveLength(8);
    });

    const linking = (link: (path: string) => string) =>
      serve((request, response) => {
        const link_ = link(request.url!);
        response.writeHead(200, { link: `<${link_}>; rel="next"` });
        response.end('{"tags":["a"]}');
      });

    it('that lead back to themselves are an error', async () => {
      const server = await linking(() => '/v2/team/app/tags/list?n=1000');
      await expect(all(clientFor().tags(at(server)))).rejects.toMatchObject({
        code: 'REGISTRY_BAD_ANSWER',
        message: expect.stringContaining('do not come to an end: after 1 page'),
      });
    });

    it('without end are an error', async () => {
      let page = 0;
      const transport: Parameters<typeof tagPages>[0] = {
        send: (_, read) => {
          page += 1;
          const link = `</v2/a/tags/list?last=${page}>; rel="next"`;
          return read({
            ...{ status: 200, headers: { link } },
            url: new URL('https://registry.test'),
            body: Readable.from([]),
            text: async () => '{"tags":["a"]}',
            bytes: async () => Buffer.alloc(0),
            dump: async () => {},
          });
        },
      };
      const { signal } = new AbortController();
      const repository = { registry: 'registry.test', name: 'a' };
      await expect(
        all(tagPages(transport, repository, signal)),
      ).rejects.toThrow('do not come to an end: after 2000 pages');
    });

    it('are asked for where the registry is, whatever it calls itself', async () => {
      const asked: string[] = [];
      const server = await serve((request, response) => {
        asked.push(request.url!);
        response.writeHead(200, {
          ...(request.url?.endsWith('n=1000') && {
            link: '<http://169.254.169.254/v2/team/app/tags/list?last=a>; rel="next"',
          }),
        });
        response.end('{"tags":["a"]}');
      });
      await all(clientFor().tags(at(server)));
      expect(asked.slice(1)).toEqual([
        '/v2/team/app/tags/list?n=1000',
        '/v2/team/app/tags/list?last=a',
      ]);
      const elsewhere = await linking(() => 'http://169.254.169.254/x');
      await expect(all(clientFor().tags(at(elsewhere)))).rejects.toThrow(
        'names a next page of tags',
      );
    });

    it('leave out what is no tag', async () => {
      const server = await serve((_, response) => {
        response.end(
          JSON.stringify({
            tags: ['ok', 'a/b', '', 'x'.repeat(10_000), 7, null, '../v2'],
          }),
        );
      });
      expect(await all(clientFor().tags(at(server)))).toEqual(['ok']);
    });

    it.each(['[]', 'null', '{"tags":null}'])('are none in %s', async body => {
      const server = await serve((_, response) => response.end(body));
      expect(await all(clientFor().tags(at(server)))).toEqual([]);
    });

    it.each(['', '{"tags":7}', '<html>'])('are not %j', async body => {
      const server = await serve((_, response) => response.end(body));
      await expect(all(clientFor().tags(at(server)))).rejects.toMatchObject({
        code: 'REGISTRY_BAD_ANSWER',
      });
    });
  });

  describe('what passes', () => {
    it.each([429, 500, 502, 503, 504])('is tried again (%i)', async status => {
      const registry = await sandbox();
      await registry.push('team/app', image(), 'v1');
      registry.faults.inject({ status, times: 3 });
      await clientFor().manifest(at(registry), 'v1');
      // The ping that finds out about https is answered by a fault, too.
      expect(waits).toEqual([250, 500]);
    });

    it('is tried again as late as the registry wants', async () => {
      const registry = await sandbox();
      await registry.push('team/app', image(), 'v1');
      const onlyManifests = {
        match: ({ operation }: { operation: string }) =>
          operation === 'manifest',
      };
      registry.faults.inject({
        ...onlyManifests,
        ...{ status: 429, times: 1, headers: { 'retry-after': '7' } },
      });
      registry.faults.inject({
        ...onlyManifests,
        ...{
          status: 503,
          times: 1,
          headers: { 'retry-after': 'Thu, 01 Jan 1970 00:00:20 GMT' },
        },
      });
      await clientFor({ now: () => 0 }).manifest(at(registry), 'v1');
      expect(waits).toEqual([7_000, 20_000]);
    });

    it.each(['86400', '999999999999', 'Fri, 01 Jan 2100 00:00:00 GMT'])(
      'is not waited for without end (Retry-After: %s)',
      async retryAfter => {
        const registry = await sandbox();
        registry.faults.inject({
          match: ({ operation }) => operation === 'manifest',
          ...{ status: 429, headers: { 'retry-after': retryAfter } },
        });
        await expect(
          clientFor({ now: () => 0 }).manifest(at(registry), 'v1'),
        ).rejects.toMatchObject({
          code: 'REGISTRY_RATE_LIMITED',
          message: expect.stringMatching(/it asks to wait for \d+ seconds$/),
        });
        expect(waits).toEqual([]);
      },
    );

    it('is an error after four attempts', async () => {
      const registry = await sandbox();
      registry.faults.inject({
        match: ({ operation }) => operation === 'manifest',
        ...{ status: 503, code: 'UNAVAILABLE' },
      });
      await expect(
        clientFor().manifest(at(registry), 'v1'),
      ).rejects.toMatchObject({
        code: 'REGISTRY_UNAVAILABLE',
        status: 503,
        message: expect.stringContaining(
          'UNAVAILABLE: This is a fault that a test asked for. (HTTP 503 Service Unavailable)',
        ),
      });
      expect(waits).toEqual([250, 500, 1_000]);
    });

    it.each(['truncate', 'disconnect'])(
      'is a manifest that breaks off (%s)',
      async kind => {
        const registry = await sandbox();
        const digest = await registry.push('team/app', image(), 'v1');
        registry.faults.inject({
          match: ({ operation }) => operation === 'manifest',
          ...{ [kind]: true, times: 1 },
        });
        expect((await clientFor().manifest(at(registry), 'v1')).digest).toBe(
          digest,
        );
      },
    );

    it('ends with the signal', async () => {
      const registry = await sandbox();
      registry.faults.inject({ status: 503 });
      const stop = new AbortController();
      await expect(
        clientFor({
          signal: stop.signal,
          wait: async () => stop.abort(new Error('too late')),
        }).manifest(at(registry), 'v1'),
      ).rejects.toThrow('too late');
    });
  });

  describe('content', () => {
    const pushed = async () => {
      const registry = await sandbox();
      const content = 'x'.repeat(200_000);
      const digest = await registry.push('team/app', image(content), 'v1');
      return {
        registry,
        digest,
        layer: { digest: digestOf(Buffer.from(content)), size: content.length },
      };
    };

    it.each(['manifest', 'blob'] as const)(
      'that is another than its digest says is refused (%s)',
      async operation => {
        const { registry, digest, layer } = await pushed();
        registry.faults.inject({
          match: request => request.operation === operation,
          corrupt: true,
        });
        const client = clientFor();
        const reading =
          operation === 'manifest'
            ? client.manifest(at(registry), digest)
            : client.smallBlob(at(registry), layer, { maxBytes: BIG });
        await expect(reading).rejects.toMatchObject({
          code: 'REGISTRY_DIGEST_MISMATCH',
        });
      },
    );

    it('that breaks off is refused', async () => {
      const { registry, layer } = await pushed();
      registry.faults.inject({ truncate: true });
      await expect(
        clientFor().smallBlob(at(registry), layer, { maxBytes: BIG }),
      ).rejects.toMatchObject({ code: 'GITOPS_NETWORK_BROKEN' });
    });

    it('that is shorter or longer than was said is refused', async () => {
      const { registry, layer } = await pushed();
      for (const size of [layer.size - 1, layer.size + 1]) {
        await expect(
          clientFor().smallBlob(
            at(registry),
            { ...layer, size },
            { maxBytes: BIG },
          ),
        ).rejects.toThrow(/DIGEST_MISMATCH|sends more than|is not what/);
      }
    });

    it('that is too large is not even asked for', async () => {
      const { registry, layer } = await pushed();
      await expect(
        clientFor().blob(at(registry), layer, { maxBytes: 1_000 }),
      ).rejects.toMatchObject({ code: 'REGISTRY_TOO_LARGE' });
      expect(registry.requests).toEqual([]);
    });

    it('of manifests is bounded', async () => {
      const server = await serve((_, response) => {
        response.end(Buffer.alloc(5 * 1024 * 1024, ' '));
      });
      await expect(
        clientFor().manifest(at(server), 'v1'),
      ).rejects.toMatchObject({ code: 'GITOPS_NETWORK_TOO_LARGE' });
    });

    it('elsewhere is fetched without the credential', async () => {
      const content = Buffer.from('elsewhere');
      let seen: string | undefined = 'nothing';
      const storage = await serve((request, response) => {
        seen = request.headers.authorization;
        response.end(content);
      });
      const server = await serve((request, response) => {
        response.writeHead(request.headers.authorization ? 307 : 401, {
          'www-authenticate': 'Basic',
          location: `${storage.url}/x`,
        });
        response.end();
      });
      const read = await clientFor({ keychain: as('ci') }).smallBlob(
        at(server),
        { digest: digestOf(content), size: content.length },
        { maxBytes: BIG },
      );
      expect(read).toEqual(content);
      expect(seen).toBeUndefined();
    });

    it('elsewhere that wants a credential gets none', async () => {
      let asked = 0;
      const storage = await serve((_, response) => {
        asked += 1;
        response.writeHead(401, { 'www-authenticate': 'Basic' });
        response.end();
      });
      const server = await serve((_, response) => {
        response.writeHead(307, { location: `${storage.url}/x` });
        response.end();
      });
      await expect(
        clientFor({ keychain: as('ci') }).manifest(at(server), 'v1'),
      ).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' });
      expect(asked).toBe(1);
    });
  });

  describe('manifests', () => {
    it.each([
      ['x', 'the manifest is no JSON'],
      ['[]', 'the manifest is no JSON'],
      ['{}', "the manifest is of media type '', which is not understood"],
      [
        '{"mediaType":"application/vnd.docker.distribution.manifest.v1+json"}',
        'which is not understood',
      ],
      [
        '{"mediaType":"application/vnd.oci.image.manifest.v1+json","layers":{}}',
        "'layers' of the manifest is no list",
      ],
      [
        '{"mediaType":"application/vnd.oci.image.manifest.v1+json","layers":[null]}',
        "'layers[0]' of the manifest is no descriptor",
      ],
      [
        '{"mediaType":"application/vnd.oci.image.manifest.v1+json","layers":[{"mediaType":"a","digest":"sha256:../x","size":1}]}',
        "'layers[0]' of the manifest is no descriptor",
      ],
      [
        `{"mediaType":"application/vnd.oci.image.manifest.v1+json","layers":[{"mediaType":"a","digest":"sha256:${'a'.repeat(64)}","size":-1}]}`,
        "'layers[0]' of the manifest is no descriptor",
      ],
    ])('of the kind %s', async (body, problem) => {
      const server = await serve((_, response) => response.end(body));
      await expect(clientFor().manifest(at(server), 'v1')).rejects.toThrow(
        problem,
      );
    });

    it('are resolved where HEAD is not known, or says no digest', async () => {
      const registry = await sandbox();
      const digest = await registry.push('team/app', image(), 'v1');
      registry.faults.inject({
        match: ({ method }) => method === 'HEAD',
        ...{ status: 405, times: 1 },
      });
      expect(await clientFor().resolve(at(registry), 'v1')).toBe(digest);
      const body = registry.manifest('team/app', 'v1');
      const silent = await serve((_, response) => response.end(body));
      expect(await clientFor().resolve(at(silent), 'v1')).toBe(digest);
    });

    it('of an index are those of the platform', async () => {
      const registry = await sandbox();
      const entries = [];
      for (const architecture of ['arm64', 'amd64']) {
        const digest = await registry.push('team/app', image(architecture));
        entries.push({
          mediaType: 'application/vnd.oci.image.manifest.v1+json',
          ...{ digest, size: 1 },
          platform: { os: 'linux', architecture },
        });
      }
      await registry.pushManifest(
        'team/app',
        {
          mediaType:
            'application/vnd.docker.distribution.manifest.list.v2+json',
          manifests: entries,
        },
        { tag: 'v1' },
      );
      const client = clientFor();
      expect((await client.image(at(registry), 'v1')).digest).toBe(
        entries[1].digest,
      );
      expect(
        (
          await client.image(at(registry), 'v1', {
            os: 'linux',
            architecture: 'arm64',
          })
        ).digest,
      ).toBe(entries[0].digest);
    });
  });

  describe('connections', () => {
    const secure = async (options: object = {}) => {
      const registry = await sandbox({ tls: true, ...options });
      await registry.push('team/app', image(), 'v1');
      return registry;
    };

    it('trust the CA that is given, and show a certificate', async () => {
      const registry = await secure({ clientCertificates: true });
      const { caPem: ca, clientCertificate } = registry;
      await clientFor({
        connection: { tls: { ca, ...clientCertificate } },
      }).resolve(at(registry), 'v1');
      await expect(
        clientFor({ connection: { tls: { ca } } }).resolve(at(registry), 'v1'),
      ).rejects.toMatchObject({
        code: expect.stringMatching(/^GITOPS_NETWORK_/),
      });
    });

    it('do not go on by http where a certificate is not trusted', async () => {
      const registry = await secure();
      await expect(
        clientFor().resolve(at(registry), 'v1'),
      ).rejects.toMatchObject({ code: 'GITOPS_NETWORK_TLS' });
    });

    it('take any certificate where that is wanted', async () => {
      const registry = await secure();
      expect(
        await clientFor({ insecure: true }).resolve(at(registry), 'v1'),
      ).toMatch(/^sha256:/);
    });

    it('by http are found once', async () => {
      const registry = await sandbox();
      await registry.push('team/app', image(), 'v1');
      const client = clientFor({ insecure: true });
      await client.resolve(at(registry), 'v1');
      await client.resolve(at(registry), 'v1');
      expect(
        registry.requests.filter(({ operation }) => operation === 'ping'),
      ).toHaveLength(1);
    });

    it('say what a server said, in one line', async () => {
      const server = await serve((_, response) => {
        response.writeHead(403);
        response.end(
          JSON.stringify({
            errors: [
              {
                code: 'DENIED',
                message: `a\nb\u0007\u202e ${'x'.repeat(9_999)}`,
              },
            ],
          }),
        );
      });
      let message = '';
      await clientFor()
        .manifest(at(server), 'v1')
        .catch(error => {
          message = error.message;
        });
      expect(message).toContain('DENIED: a b xxx');
      expect(message.length).toBeLessThan(700);
    });
  });
});
