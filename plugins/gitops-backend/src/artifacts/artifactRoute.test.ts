import { MiddlewareFactory } from '@backstage/backend-defaults/rootHttpRouter';
import {
  createMockDirectory,
  mockServices,
} from '@backstage/backend-test-utils';
import { once } from 'node:events';
import { stat, writeFile } from 'node:fs/promises';
import { get as httpGet } from 'node:http';
import { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import path from 'node:path';
import express from 'express';
import Router from 'express-promise-router';
import request from 'supertest';
import { ApiDocument } from '../api/__testUtils__/ApiDocument';
import { artifactRoute } from './artifactRoute';
import { ArtifactUrls } from './ArtifactUrls';
import { FileArtifactStore } from './FileArtifactStore';
import { loadSigningKey } from './signingKey';

const document = new ApiDocument();
const DAY_MS = 24 * 3_600_000;

describe('signed addresses of artifacts', () => {
  const directory = createMockDirectory();
  let now: number;
  let urls: ArtifactUrls;
  let store: FileArtifactStore;
  let app: express.Express;
  let digest: string;

  beforeEach(async () => {
    directory.clear();
    now = 1_800_000_000_000;
    urls = new ArtifactUrls({
      baseUrl: 'https://portal.example/api/gitops/',
      key: await loadSigningKey(directory.path),
      now: () => now,
    });
    store = new FileArtifactStore({ directory: directory.path });
    ({ digest } = await store.put(Buffer.from('the archive')));
    const router = Router();
    router.get('/artifacts/:file', artifactRoute({ store, urls }));
    app = express();
    app.use(router);
    app.use(
      MiddlewareFactory.create({
        logger: mockServices.logger.mock(),
        config: mockServices.rootConfig(),
      }).error(),
    );
  });

  const pathOf = (url: string) =>
    url.replace('https://portal.example/api/gitops', '');

  /** An answer, held against `openapi.yaml`. */
  async function get(
    url: string,
    headers: Record<string, string> = {},
  ): Promise<request.Response> {
    const response = await request(app)
      .get(pathOf(url))
      .set(headers)
      .buffer()
      .parse((res, done) => {
        const chunks: Buffer[] = [];
        res.on('data', chunk => chunks.push(Buffer.from(chunk)));
        res.on('end', () => {
          const body = Buffer.concat(chunks);
          const isJson = res.headers['content-type']?.includes('json');
          done(null, isJson ? JSON.parse(body.toString()) : body);
        });
      });
    document.check({
      method: 'GET',
      url: pathOf(url),
      status: response.status,
      contentType: response.headers['content-type'],
      response: response.body,
    });
    return response;
  }

  it('gives the artifact to whoever has the address', async () => {
    const response = await get(urls.sign(digest));
    expect(response.status).toBe(200);
    expect(response.body.toString()).toBe('the archive');
    expect(response.headers['content-type']).toBe('application/gzip');
    expect(response.headers['content-length']).toBe('11');
    expect(response.headers['accept-ranges']).toBe('bytes');
    expect(response.headers.etag).toBe(`"${digest}"`);
  });

  it.each<[string, string, number, string, string | undefined]>([
    ['a part', 'bytes=4-6', 206, 'arc', 'bytes 4-6/11'],
    ['the beginning', 'bytes=0-2', 206, 'the', 'bytes 0-2/11'],
    ['all from a place on', 'bytes=4-', 206, 'archive', 'bytes 4-10/11'],
    ['the end', 'bytes=-4', 206, 'hive', 'bytes 7-10/11'],
    ['more than there is', 'bytes=4-99', 206, 'archive', 'bytes 4-10/11'],
    ['nothing of it', 'bytes=11-', 416, '', 'bytes */11'],
    ['two parts', 'bytes=0-1,4-5', 200, 'the archive', undefined],
    ['two parts that touch', 'bytes=0-1,2-3', 206, 'the ', 'bytes 0-3/11'],
    ['other units', 'lines=0-1', 200, 'the archive', undefined],
    ['nonsense', 'bytes=x', 416, '', 'bytes */11'],
  ])(
    'gives %s to whoever asks so: %s',
    async (_, range, status, text, told) => {
      const response = await get(urls.sign(digest), { Range: range });
      expect(response.status).toBe(status);
      expect(response.body.toString()).toBe(text);
      expect(response.headers['content-range']).toBe(told);
    },
  );

  it('goes on only with the artifact that was begun', async () => {
    const headers = { Range: 'bytes=4-' };
    const same = await get(urls.sign(digest), {
      ...headers,
      'If-Range': `"${digest}"`,
    });
    expect(same.body.toString()).toBe('archive');
    const other = await get(urls.sign(digest), {
      ...headers,
      'If-Range': '"sha256:other"',
    });
    expect(other.status).toBe(200);
    expect(other.body.toString()).toBe('the archive');
    const fresh = await get(urls.sign(digest), {
      'If-None-Match': `"${digest}"`,
    });
    expect(fresh.status).toBe(304);
  });

  it.each(['bytes=0-', 'bytes=0-1'])(
    'ends no answer of a damaged artifact: %s',
    async range => {
      const hex = digest.slice('sha256:'.length);
      await writeFile(
        path.join(directory.path, 'sha256', hex.slice(0, 2), hex.slice(2)),
        'THE archive',
      );
      await expect(get(urls.sign(digest), { Range: range })).rejects.toThrow(
        /aborted|hang up/,
      );
    },
  );

  it('takes no offence at a client that hangs up before the answer has ended', async () => {
    const archive = new PassThrough();
    const route = artifactRoute({
      store: Object.assign(Object.create(store), { open: async () => archive }),
      urls,
    });
    let handled: unknown;
    const server = express()
      .get('/artifacts/:file', (...args) => {
        handled = route(...args);
      })
      .listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = httpGet({
      host: '127.0.0.1',
      port,
      path: pathOf(urls.sign(digest)),
      agent: false,
    });
    // The last piece is held back until all was found right.
    archive.write('the ');
    archive.write('archive');
    const [response] = await once(client, 'response');
    await once(response, 'data');
    client.socket?.destroy();
    await expect(handled).resolves.toBeUndefined();
    expect(archive.destroyed).toBe(true);
    server.close();
  });

  it.each<[string, (url: string) => string]>([
    ['no signature', url => url.replace(/&signature=.*/, '')],
    [
      'another signature',
      url =>
        url.replace(/signature=(.)/, (_, first) =>
          first === 'A' ? 'signature=B' : 'signature=A',
        ),
    ],
    ['a later end', url => url.replace(/expires=\d/, 'expires=9')],
    [
      'an end that is no number',
      url => url.replace(/expires=\d+/, 'expires=x'),
    ],
    ['another artifact', url => url.replace(/[0-9a-f]{64}/, 'a'.repeat(64))],
    ['a path', url => url.replace(/[0-9a-f]{64}/, '..%2f..%2fsecret')],
  ])('gives nothing to an address with %s', async (_, change) => {
    const response = await get(change(urls.sign(digest)));
    expect(response.status).toBe(404);
    expect(JSON.stringify(response.body)).not.toContain('the archive');
  });

  it('gives nothing after a day, nor what the store no longer has', async () => {
    const address = urls.sign(digest);
    now += DAY_MS + 1_000;
    expect((await get(address)).status).toBe(404);
    const fresh = urls.sign(digest);
    await store.delete(digest);
    expect((await get(fresh)).status).toBe(404);
  });

  it('renews an address once half of its time is over, or the portal has moved', () => {
    const artifact = {
      path: 'gitrepository/a/b/c.tar.gz',
      url: urls.sign(digest),
      revision: 'main@sha1:a',
      digest,
      lastUpdateTime: '2027-01-15T08:00:00Z',
    };
    now += DAY_MS / 2 - 60_000;
    expect(urls.renew(artifact)).toBe(artifact);
    now += 120_000;
    expect(urls.renew(artifact).url).not.toBe(artifact.url);
    const elsewhere = { ...artifact, url: 'http://old.example/x.tar.gz' };
    expect(urls.renew(elsewhere).url).toMatch(/^https:\/\/portal\.example\//);
  });

  it('makes one key for all processes, which others cannot read', async () => {
    const keys = await Promise.all(
      Array.from({ length: 5 }, () => loadSigningKey(directory.path)),
    );
    expect(new Set(keys.map(key => key.toString('hex'))).size).toBe(1);
    expect(keys[0]).toHaveLength(32);
    const { mode } = await stat(path.join(directory.path, '.signing-key'));
    expect(mode.toString(8).slice(-3)).toBe('600');
  });
});
