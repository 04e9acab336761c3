// Server: the sandbox's S3 server, which can be disturbed.
import { SandboxS3, startS3Server } from '@backstage-gitops/sandbox';
import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { ArtifactCorruptError } from '@backstage-gitops/plugin-gitops-node';
import { HttpPool } from '../net/HttpPool';
import { clientOf, localPool } from '../s3/__testUtils__/servers';
import { S3ArtifactStore } from './S3ArtifactStore';

jest.setTimeout(60_000);

const MIB = 1024 * 1024;

describe('S3ArtifactStore', () => {
  let pool: HttpPool;
  let server: SandboxS3;
  let store: S3ArtifactStore;
  let time: number;

  beforeEach(async () => {
    pool = localPool();
    time = Date.now();
    server = await startS3Server({ now: () => new Date(time) });
    await server.createBucket('files', { 'other/sha256/x': 'x' });
    store = new S3ArtifactStore({
      client: clientOf(
        { ...server, bucket: 'files', credentials: server },
        pool,
        {
          now: () => time,
        },
      ),
      prefix: 'portal/',
      partBytes: 5 * MIB,
    });
  });

  afterEach(async () => {
    await pool.close();
    await server.stop();
  });

  const operations = () =>
    server.requests.splice(0).map(({ operation }) => operation);

  it('sends content once, and renews what is there', async () => {
    const { digest } = await store.put(Buffer.from('hello'));
    expect(server.keys('files')).toContain(
      `portal/sha256/${digest.slice(7, 9)}/${digest.slice(9)}`,
    );
    expect(operations()).toEqual(['HeadObject', 'PutObject']);
    time += 60_000;
    await store.put(Buffer.from('hello'));
    expect(operations()).toEqual(['HeadObject', 'CopyObject']);
    for await (const { storedAt } of store.list()) {
      expect(storedAt.getTime()).toBe(time);
    }
  });

  it('sends what is large in parts', async () => {
    await store.put(randomBytes(11 * MIB));
    expect(operations()).toEqual([
      'HeadObject',
      'CreateMultipartUpload',
      ...['UploadPart', 'UploadPart', 'UploadPart'],
      'CompleteMultipartUpload',
    ]);
    expect(server.uploads('files')).toBe(0);
  });

  it('gives up an upload that fails', async () => {
    server.faults.inject({
      match: ({ operation, query }) =>
        operation === 'UploadPart' && query.partNumber === '2',
      status: 403,
      code: 'AccessDenied',
    });
    await expect(store.put(randomBytes(11 * MIB))).rejects.toMatchObject({
      s3Code: 'AccessDenied',
    });
    expect(server.uploads('files')).toBe(0);
    expect(server.keys('files')).toEqual(['other/sha256/x']);
  });

  it('goes on where a part has to be sent again', async () => {
    server.faults.inject({
      match: ({ operation }) => operation === 'UploadPart',
      dropResponse: true,
      times: 2,
    });
    const content = randomBytes(6 * MIB);
    const { digest } = await store.put(content);
    expect((await buffer(await store.open(digest))).equals(content)).toBe(true);
  });

  it('sweeps uploads that nobody ends', async () => {
    const client = clientOf(
      { ...server, bucket: 'files', credentials: server },
      pool,
      { now: () => time },
    );
    const { signal } = new AbortController();
    const began = new Date(time);
    await client.createUpload('portal/sha256/aa/old', signal);
    await client.createUpload('other/sha256/aa/old', signal);
    time += 1_000;
    await client.createUpload('portal/sha256/aa/new', signal);
    await store.sweep({ before: new Date(began.getTime() + 500) });
    expect(server.uploads('files')).toBe(2);
    await store.sweep({ before: new Date(time + 1) });
    expect(server.uploads('files')).toBe(1);
  });

  it('notices damage before the reader is done', async () => {
    const { digest } = await store.put(Buffer.from('hello'));
    const key = `portal/sha256/${digest.slice(7, 9)}/${digest.slice(9)}`;
    await server.put('files', key, 'hallo');
    await expect(buffer(await store.open(digest))).rejects.toThrow(
      ArtifactCorruptError,
    );
    // Of another size, it is written again.
    await server.put('files', key, 'hell');
    await store.put(Buffer.from('hello'));
    expect((await buffer(await store.open(digest))).toString()).toBe('hello');
  });

  it('notices an answer that breaks off', async () => {
    const { digest } = await store.put(randomBytes(MIB));
    server.faults.inject({ truncate: true });
    await expect(buffer(await store.open(digest))).rejects.toMatchObject({
      code: 'GITOPS_NETWORK_BROKEN',
    });
  });
});
