import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  SandboxKubernetes,
  startKubernetesApi,
} from '@backstage-gitops/sandbox';
import { parse } from 'yaml';
import { HttpPool } from './HttpPool';
import { NetworkGuard } from './NetworkGuard';
import {
  startHttpProxy,
  startSocksProxy,
  TestProxy,
} from './testing/startProxies';

// Servers: node:http of the test, and the sandbox's Kubernetes API for TLS.

const { signal } = new AbortController();
const LOOPBACK = ['127.0.0.1', 'localhost'];

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function startServer(handler: Handler) {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    handler(request, response);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    seen,
    stop: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type TestServer = Awaited<ReturnType<typeof startServer>>;

describe('HttpPool', () => {
  const servers: TestServer[] = [];
  const proxies: TestProxy[] = [];
  let pool: HttpPool;

  const serve = async (handler: Handler) => {
    const server = await startServer(handler);
    servers.push(server);
    return server;
  };

  beforeEach(() => {
    pool = new HttpPool({ guard: new NetworkGuard({ allow: LOOPBACK }) });
  });

  afterEach(async () => {
    await pool.close();
    await Promise.all([...servers, ...proxies].map(each => each.stop()));
    servers.length = 0;
    proxies.length = 0;
  });

  it('gives status, headers and body', async () => {
    const { url } = await serve((_, response) =>
      response.writeHead(404, { 'X-Answer': 'none' }).end('not here'),
    );
    const answer = await pool.open().request(`${url}/a?b`, { signal });
    expect(answer).toMatchObject({
      status: 404,
      headers: { 'x-answer': 'none' },
      url: new URL(`${url}/a?b`),
    });
    expect(await answer.text()).toBe('not here');
  });

  it('lets clients of the same settings share connections', () => {
    const settings = { tls: { ca: 'a' }, proxy: { address: 'http://p:1' } };
    const { dispatcher } = pool.open(settings);
    expect(pool.open(structuredClone(settings)).dispatcher).toBe(dispatcher);
    expect(pool.open({ tls: { ca: 'a' } }).dispatcher).not.toBe(dispatcher);
    expect(
      pool.open({
        ...settings,
        proxy: { address: 'http://p:1', username: 'me' },
      }).dispatcher,
    ).not.toBe(dispatcher);
  });

  it('keeps what is used, and some of what is not', async () => {
    const { url } = await serve((_, response) => response.end());
    const used = pool.open({ tls: { ca: 'used' } });
    for (let i = 0; i < 100; i++) {
      pool.open({ tls: { ca: String(i) } }).release();
    }
    expect(pool.open({ tls: { ca: 'used' } }).dispatcher).toBe(used.dispatcher);
    expect((await used.request(url, { signal })).status).toBe(200);
  });

  describe('redirects', () => {
    it('keep the credential at its origin', async () => {
      const other = await serve((_, response) => response.end('moved here'));
      const home = await serve((_, response) =>
        response.writeHead(302, { location: `${other.url}/x` }).end(),
      );
      const answer = await pool.open().request(home.url, {
        signal,
        authorization: 'Basic c2VjcmV0',
        headers: { Cookie: 'a=b', Accept: 'text/plain' },
      });
      expect(await answer.text()).toBe('moved here');
      expect(home.seen[0].headers).toMatchObject({
        authorization: 'Basic c2VjcmV0',
        cookie: 'a=b',
      });
      expect(other.seen[0].headers.authorization).toBeUndefined();
      expect(other.seen[0].headers.cookie).toBeUndefined();
      expect(other.seen[0].headers.accept).toBe('text/plain');
    });

    it('do not bring it back home', async () => {
      let elsewhere = '';
      const home = await serve((request, response) => {
        if (request.url === '/end') {
          response.end('end');
        } else {
          response.writeHead(302, { location: elsewhere }).end();
        }
      });
      const away = await serve((_, response) =>
        response.writeHead(302, { location: `${home.url}/end` }).end(),
      );
      elsewhere = away.url;
      await (
        await pool.open().request(home.url, { signal, authorization: 'x' })
      ).bytes();
      expect(home.seen[1].url).toBe('/end');
      expect(home.seen[1].headers.authorization).toBeUndefined();
    });

    it('end', async () => {
      const { url } = await serve((_, response) =>
        response.writeHead(302, { location: '/again' }).end(),
      );
      await expect(
        pool.open().request(url, { signal, redirects: 3 }),
      ).rejects.toMatchObject({ code: 'GITOPS_NETWORK_REDIRECT' });
      const [{ seen }] = servers;
      expect(seen).toHaveLength(4);
    });

    it.each([
      ['file:///etc/passwd', 'GITOPS_NETWORK_REDIRECT'],
      ['http://169.254.169.254/latest', 'GITOPS_NETWORK_REFUSED'],
      ['http://[::ffff:169.254.169.254]/', 'GITOPS_NETWORK_REFUSED'],
      ['http://2852039166/', 'GITOPS_NETWORK_REFUSED'],
      ['http://metadata.example/', 'GITOPS_NETWORK_REFUSED'],
      ['http://[', 'GITOPS_NETWORK_REDIRECT'],
    ])('to %s are refused', async (location, code) => {
      const { url } = await serve((_, response) =>
        response.writeHead(302, { location }).end(),
      );
      const guarded = new HttpPool({
        guard: new NetworkGuard({
          allow: LOOPBACK,
          lookup: async () => [{ address: '169.254.169.254', family: 4 }],
        }),
      });
      await expect(
        guarded.open().request(url, { signal }),
      ).rejects.toMatchObject({ name: 'NetworkError', code });
      await guarded.close();
    });

    it('are the caller’s where something was sent', async () => {
      const { url } = await serve((_, response) =>
        response.writeHead(307, { location: '/other' }).end(),
      );
      const { status } = await pool
        .open()
        .request(url, { method: 'POST', body: 'x', signal });
      expect(status).toBe(307);
    });
  });

  describe('bodies', () => {
    it('are bounded as they are sent', async () => {
      const { url } = await serve((_, response) => {
        response.on('error', () => {});
        const write = () => {
          if (!response.destroyed) {
            response.write(Buffer.alloc(10_000), write);
          }
        };
        write();
      });
      const answer = await pool
        .open()
        .request(url, { signal, maxBytes: 100_000 });
      await expect(answer.bytes()).rejects.toMatchObject({
        code: 'GITOPS_NETWORK_TOO_LARGE',
      });
    });

    it('are bounded as they are unpacked', async () => {
      const bomb = gzipSync(Buffer.alloc(20_000_000));
      const { url } = await serve((_, response) =>
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
      );
      const request = { signal, compressed: true, maxBytes: 1_000_000 };
      const answer = await pool.open().request(url, request);
      await expect(answer.bytes()).rejects.toMatchObject({
        code: 'GITOPS_NETWORK_TOO_LARGE',
      });
      // What nobody asked for stays as it is.
      const plain = await pool.open().request(url, { signal });
      expect(await plain.bytes()).toEqual(bomb);
    });

    it('that break off are no short bodies', async () => {
      const { url } = await serve((_, response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('begin', () => response.destroy());
      });
      const answer = await pool.open().request(url, { signal });
      await expect(answer.bytes()).rejects.toMatchObject({
        code: 'GITOPS_NETWORK_BROKEN',
      });
    });

    it('end with the signal', async () => {
      const ending = new AbortController();
      const { url } = await serve((_, response) => response.write('begin'));
      const answer = await pool.open().request(url, { signal: ending.signal });
      const reading = answer.bytes();
      ending.abort(new Error('time is over'));
      await expect(reading).rejects.toThrow('time is over');
    });
  });

  it('names the host that cannot be reached, and nothing of the path', async () => {
    const server = await startServer(() => {});
    await server.stop();
    await expect(
      pool.open().request(`${server.url}/secret?token=x`, { signal }),
    ).rejects.toMatchObject({
      code: 'GITOPS_NETWORK_UNREACHABLE',
      message: expect.stringMatching(
        /^127\.0\.0\.1:\d+ cannot be reached: connect ECONNREFUSED 127\.0\.0\.1:\d+$/,
      ),
    });
  });

  it('refuses this machine where nobody allowed it', async () => {
    const { url, port, seen } = await serve((_, response) => response.end());
    const strict = new HttpPool({ guard: new NetworkGuard() });
    for (const address of [url, `http://localhost:${port}`]) {
      await expect(
        strict.open().request(address, { signal }),
      ).rejects.toMatchObject({ code: 'GITOPS_NETWORK_REFUSED' });
    }
    expect(seen).toHaveLength(0);
    await strict.close();
  });

  describe('proxies', () => {
    it.each([
      ['HTTP', startHttpProxy, `Basic ${btoa('me:p@ss')}`],
      ['SOCKS5', startSocksProxy, 'me:p@ss'],
    ])('%s', async (_, start, credential) => {
      const proxy = await start();
      proxies.push(proxy);
      const { url, port } = await serve((_request, response) =>
        response.end('through'),
      );
      const client = pool.open({
        proxy: { address: proxy.address, username: 'me', password: 'p@ss' },
      });
      const answer = await client.request(url, { signal });
      expect(await answer.text()).toBe('through');
      expect(proxy.targets).toEqual([
        { target: `127.0.0.1:${port}`, credential },
      ]);
    });

    it('are guarded, and what they are asked for too', async () => {
      const proxy = await startHttpProxy();
      proxies.push(proxy);
      const refused = { code: 'GITOPS_NETWORK_REFUSED' };
      const through = pool.open({ proxy: { address: proxy.address } });
      await expect(
        through.request('http://169.254.169.254/', { signal }),
      ).rejects.toMatchObject(refused);
      expect(proxy.targets).toHaveLength(0);
      const strict = new HttpPool({ guard: new NetworkGuard() });
      expect(() => strict.open({ proxy: { address: proxy.address } })).toThrow(
        expect.objectContaining(refused),
      );
      await expect(
        strict
          .open({ proxy: { address: 'socks5://localhost:1' } })
          .request('http://example.org', { signal }),
      ).rejects.toMatchObject(refused);
    });

    it.each(['ftp://proxy:1', 'proxy:3128x', ''])(
      'of the address %j are refused',
      address => {
        expect(() => pool.open({ proxy: { address } })).toThrow(
          expect.objectContaining({ code: 'GITOPS_NETWORK_UNREACHABLE' }),
        );
      },
    );
  });

  describe('TLS', () => {
    let directory: string;
    let kubernetes: SandboxKubernetes;
    let tls: { ca: string; certificate: string; privateKey: string };
    let address: string;

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'http-pool-'));
      kubernetes = await startKubernetesApi({ dataDir: directory });
      const config = parse(
        await readFile(kubernetes.kubeconfigPath, 'utf8'),
      ) as {
        clusters: { cluster: Record<string, string> }[];
        users: { user: Record<string, string> }[];
      };
      const decode = (text: string) =>
        Buffer.from(text, 'base64').toString('utf8');
      const [{ cluster }] = config.clusters;
      const [{ user }] = config.users;
      tls = {
        ca: decode(cluster['certificate-authority-data']),
        certificate: decode(user['client-certificate-data']),
        privateKey: decode(user['client-key-data']),
      };
      address = `${cluster.server}/api/v1/namespaces`;
    });

    afterAll(async () => {
      await kubernetes.stop();
      await rm(directory, { recursive: true, force: true });
    });

    it('takes a CA and a client certificate', async () => {
      const answer = await pool.open({ tls }).request(address, { signal });
      expect(answer.status).toBe(200);
      await answer.dump();
      const { ca } = tls;
      const anonymous = await pool
        .open({ tls: { ca } })
        .request(address, { signal });
      expect(anonymous.status).not.toBe(200);
      await anonymous.dump();
    });

    it('trusts nobody else, unless told so', async () => {
      await expect(
        pool.open().request(address, { signal }),
      ).rejects.toMatchObject({ code: 'GITOPS_NETWORK_TLS' });
      const answer = await pool
        .open({ tls: { insecureSkipVerify: true } })
        .request(address, { signal });
      expect(answer.status).toBeGreaterThanOrEqual(200);
      await answer.dump();
    });

    it.each([
      ['HTTP', startHttpProxy],
      ['SOCKS5', startSocksProxy],
    ])('goes through %s proxies', async (_, start) => {
      const proxy = await start();
      proxies.push(proxy);
      const answer = await pool
        .open({ tls, proxy: { address: proxy.address } })
        .request(address, { signal });
      expect(answer.status).toBe(200);
      await answer.dump();
      expect(proxy.targets).toHaveLength(1);
    });
  });
});
