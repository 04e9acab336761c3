// Servers: files; the sandbox's S3 server; s3rver (@20minutes/s3rver 5).
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  ArtifactNotFoundError,
  ArtifactStore,
  ArtifactTooLargeError,
} from '@backstage-gitops/plugin-gitops-node';
import {
  clientOf,
  localPool,
  s3TestServers,
} from '../s3/__testUtils__/servers';
import { FileArtifactStore } from './FileArtifactStore';
import { S3ArtifactStore } from './S3ArtifactStore';

jest.setTimeout(60_000);

// sha256sum of "hello"
const HELLO =
  'sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';

interface Started {
  store: ArtifactStore;
  stop(): Promise<void>;
}

const stores: [string, () => Promise<Started>][] = [
  [
    'files',
    async () => {
      const directory = await mkdtemp(path.join(tmpdir(), 'store-'));
      return {
        store: new FileArtifactStore({ directory }),
        stop: () => rm(directory, { recursive: true }),
      };
    },
  ],
  ...s3TestServers.map(([name, start]): [string, () => Promise<Started>] => [
    `objects of ${name}`,
    async () => {
      const pool = localPool();
      const server = await start();
      return {
        store: new S3ArtifactStore({
          client: clientOf(server, pool),
          prefix: 'portal/',
          partBytes: 5 * 1024 * 1024,
        }),
        stop: async () => {
          await pool.close();
          await server.stop();
        },
      };
    },
  ]),
];

describe.each(stores)('An artifact store of %s', (_, start) => {
  let store: ArtifactStore;
  let stop: () => Promise<void>;

  beforeEach(async () => {
    ({ store, stop } = await start());
  });

  afterEach(() => stop());

  const listed = async () => {
    const all = [];
    for await (const artifact of store.list()) {
      all.push(artifact);
    }
    return all;
  };

  it('finds content by its digest', async () => {
    const before = Date.now();
    expect(await store.put(Readable.from(['he', 'llo']))).toEqual({
      digest: HELLO,
      size: 5,
    });
    expect(await store.put(Buffer.from('hello'))).toEqual({
      digest: HELLO,
      size: 5,
    });
    expect((await buffer(await store.open(HELLO))).toString()).toBe('hello');
    expect(await store.has(HELLO)).toEqual({ digest: HELLO, size: 5 });
    expect(await listed()).toEqual([
      { digest: HELLO, size: 5, storedAt: expect.anything() },
    ]);
    // Times of S3 are whole seconds.
    expect((await listed())[0].storedAt.getTime()).toBeGreaterThan(
      before - 2_000,
    );
  });

  it('keeps content of any size', async () => {
    const empty = await store.put(new Uint8Array());
    expect((await buffer(await store.open(empty.digest))).length).toBe(0);
    const content = randomBytes(11 * 1024 * 1024);
    const { digest, size } = await store.put(Readable.from([content]));
    expect(size).toBe(content.length);
    expect((await buffer(await store.open(digest))).equals(content)).toBe(true);
    expect(await listed()).toHaveLength(2);
  });

  it('keeps nothing of what is too large or breaks off', async () => {
    await expect(
      store.put(Readable.from(['hello', 'hello']), { maxSize: 9 }),
    ).rejects.toThrow(ArtifactTooLargeError);
    await expect(
      store.put(
        Readable.from(
          (async function* broken() {
            yield 'he';
            throw new Error('connection reset');
          })(),
        ),
      ),
    ).rejects.toThrow('connection reset');
    const stopped = new AbortController();
    const endless = new Readable({
      read() {
        this.push('x');
        stopped.abort();
      },
    });
    await expect(
      store.put(endless, { signal: stopped.signal }),
    ).rejects.toMatchObject({ name: 'AbortError' });
    expect(await listed()).toEqual([]);
  });

  it('survives two writers of the same content', async () => {
    const results = await Promise.all(
      Array.from({ length: 8 }, () => store.put(Buffer.from('hello'))),
    );
    expect(new Set(results.map(({ digest }) => digest))).toEqual(
      new Set([HELLO]),
    );
    expect((await buffer(await store.open(HELLO))).toString()).toBe('hello');
  });

  it('knows nothing of what is not there', async () => {
    await store.put(Buffer.from('hello'));
    await store.delete(HELLO);
    await store.delete(HELLO);
    expect(await store.has(HELLO)).toBeUndefined();
    await expect(store.open(HELLO)).rejects.toThrow(ArtifactNotFoundError);
    for (const wrong of ['sha256:../../etc/passwd', '', 'md5:x']) {
      await expect(store.open(wrong)).rejects.toThrow(ArtifactNotFoundError);
    }
  });
});
