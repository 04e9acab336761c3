import { MiddlewareFactory } from '@backstage/backend-defaults/rootHttpRouter';
import {
  createMockDirectory,
  mockServices,
} from '@backstage/backend-test-utils';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
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
  async function get(url: string): Promise<request.Response> {
    const response = await request(app)
      .get(pathOf(url))
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
  });

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
    archive.write('the archive');
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
