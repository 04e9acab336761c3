// Servers: the sandbox's S3 server, and s3rver (@20minutes/s3rver 5) as an independent one.
import { SandboxS3, startS3Server } from '@backstage-gitops/sandbox';
import { buffer } from 'node:stream/consumers';
import { HttpPool } from '../net/HttpPool';
import { clientOf, localPool, s3TestServers } from './__testUtils__/servers';
import { S3Client } from './S3Client';

jest.setTimeout(60_000);

const { signal } = new AbortController();

const read = async (client: S3Client, key: string) => {
  const found = await client.get(key, signal);
  return found && { ...found, body: (await buffer(found.body)).toString() };
};

const keysOf = async (client: S3Client, prefix?: string) => {
  const keys = [];
  for await (const { key } of client.list({ prefix, signal })) {
    keys.push(key);
  }
  return keys;
};

describe.each(s3TestServers)('S3Client with %s', (_, start) => {
  let pool: HttpPool;
  let server: Awaited<ReturnType<typeof start>>;
  let client: S3Client;

  beforeEach(async () => {
    pool = localPool();
    server = await start();
    client = clientOf(server, pool);
  });

  afterEach(async () => {
    await pool.close();
    await server.stop();
  });

  it('writes, finds, reads, copies and deletes', async () => {
    // s3rver escapes ' and & twice; see below for those.
    const key = 'apps/a b+ü=(1)~*.yaml';
    await client.put(key, Buffer.from('hello'), signal);
    const etag = '5d41402abc4b2a76b9719d911017c592';
    expect(await read(client, key)).toEqual({ etag, size: 5, body: 'hello' });
    expect(await client.head(key, signal)).toEqual({ etag, size: 5 });
    await client.put('from/a b', Buffer.from('copied'), signal);
    await client.copy('from/a b', 'copy', signal);
    await client.copy('copy', 'copy', signal);
    expect((await read(client, 'copy'))?.body).toBe('copied');
    expect(await keysOf(client)).toEqual([key, 'copy', 'from/a b']);
    await client.delete(key, signal);
    await client.delete(key, signal);
    expect(await client.head(key, signal)).toBeUndefined();
    expect(await client.get(key, signal)).toBeUndefined();
  });

  it('lists everything with a prefix, page by page', async () => {
    for (let i = 0; i < 12; i++) {
      await client.put(`in/${i}`, Buffer.from(String(i)), signal);
    }
    await client.put('out', Buffer.from('x'), signal);
    expect(await keysOf(client, 'in/')).toHaveLength(12);
    const [first] = await keysOf(client, 'in/1');
    expect(first).toBe('in/1');
    for await (const object of client.list({ prefix: 'out', signal })) {
      expect(object).toMatchObject({
        key: 'out',
        etag: '9dd4e461268c8034f5c8564e155c67a6',
        size: 1,
      });
      expect(object.modifiedAt.getTime()).toBeGreaterThan(0);
    }
  });

  it('uploads in parts', async () => {
    const key = 'large';
    const id = await client.createUpload(key, signal);
    const parts = [Buffer.alloc(5 * 1024 * 1024, 'a'), Buffer.from('end')];
    const etags = [
      await client.putPart({ key, id }, 1, parts[0], signal),
      await client.putPart({ key, id }, 2, parts[1], signal),
    ];
    await client.completeUpload({ key, id }, etags, signal);
    const found = await client.get(key, signal);
    expect((await buffer(found!.body)).equals(Buffer.concat(parts))).toBe(true);
  });

  it('says whether a bucket is there', async () => {
    expect(await client.bucketExists(signal)).toBe(true);
    const other = clientOf({ ...server, bucket: 'other' }, pool);
    expect(await other.bucketExists(signal)).toBe(false);
    await expect(keysOf(other)).rejects.toMatchObject({
      s3Code: 'NoSuchBucket',
    });
  });

  it('is refused with a wrong secret key', async () => {
    const wrong = clientOf(
      {
        ...server,
        credentials: { ...server.credentials, secretAccessKey: 'wrong' },
      },
      pool,
    );
    await expect(keysOf(wrong)).rejects.toMatchObject({
      code: 'GITOPS_S3',
      s3Code: 'SignatureDoesNotMatch',
      message: expect.not.stringContaining('wrong'),
    });
  });
});

describe('S3Client with the sandbox, which can be disturbed', () => {
  let pool: HttpPool;
  let server: SandboxS3;
  let client: S3Client;
  let time: number;

  beforeEach(async () => {
    pool = localPool();
    time = Date.now();
    server = await startS3Server({
      region: 'eu-central-1',
      now: () => new Date(time),
    });
    await server.createBucket('files', { a: 'hello', b: 'b' });
    client = clientOf(
      { ...server, bucket: 'files', credentials: server },
      pool,
      { region: 'eu-central-1', now: () => Date.now() },
    );
  });

  afterEach(async () => {
    await pool.close();
    await server.stop();
  });

  it.each([
    { status: 503, code: 'SlowDown' },
    { status: 500 },
    { status: 429, headers: { 'retry-after': '3600' } },
    { disconnect: true },
  ])('tries again after %j', async fault => {
    server.faults.inject({ ...fault, times: 3 });
    expect((await read(client, 'a'))?.body).toBe('hello');
    expect(server.requests).toHaveLength(4);
  });

  it('gives up after four attempts', async () => {
    server.faults.inject({ status: 503, code: 'SlowDown' });
    await expect(keysOf(client)).rejects.toMatchObject({
      status: 503,
      s3Code: 'SlowDown',
    });
    expect(server.requests).toHaveLength(4);
  });

  it('corrects its clock once', async () => {
    time += 3_600_000;
    expect((await read(client, 'a'))?.body).toBe('hello');
    expect((await read(client, 'b'))?.body).toBe('b');
    expect(server.requests).toHaveLength(3);
    time += 3_600_000;
    await expect(read(client, 'a')).rejects.toMatchObject({
      s3Code: 'RequestTimeTooSkewed',
    });
  });

  it('follows the region that the service names', async () => {
    const lost = clientOf(
      { ...server, bucket: 'files', credentials: server },
      pool,
    );
    expect(await lost.bucketExists(signal)).toBe(true);
    expect((await read(lost, 'a'))?.body).toBe('hello');
    expect(server.requests).toHaveLength(3);
  });

  it('notices an object that breaks off', async () => {
    server.faults.inject({ truncate: true });
    await expect(read(client, 'a')).rejects.toMatchObject({
      code: 'GITOPS_NETWORK_BROKEN',
    });
  });

  const page = (token: string) => `<ListBucketResult>
    <IsTruncated>true</IsTruncated>
    <NextContinuationToken>${token}</NextContinuationToken>
    <Contents><Key>k</Key><ETag>"e"</ETag><Size>1</Size></Contents>
  </ListBucketResult>`;

  it('ends a listing that goes in circles', async () => {
    server.faults.inject({ status: 200, body: page('x'), times: 1 });
    server.faults.inject({ status: 200, body: page('y'), times: 1 });
    server.faults.inject({ status: 200, body: page('x') });
    await expect(keysOf(client)).rejects.toThrow('does not end');
    expect(server.requests).toHaveLength(3);
  });

  it('ends a listing that is too long', async () => {
    const limited = clientOf(
      { ...server, bucket: 'files', credentials: server },
      pool,
      { maxListed: 1, region: 'eu-central-1' },
    );
    await expect(keysOf(limited)).rejects.toThrow(
      'more than the 1 objects that are allowed',
    );
  });

  it.each([
    ['entities of its own', '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'],
    ['no end', '<ListBucketResult>'],
    ['no XML', 'welcome to our proxy'],
    ['nothing', ''],
    ['another element', '<html><body/></html>'],
    ['depth', '<a>'.repeat(1_000)],
    [
      'a page that goes on nowhere',
      '<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>',
    ],
  ])('refuses a listing with %s', async (_, body) => {
    server.faults.inject({ status: 200, body });
    await expect(keysOf(client)).rejects.toMatchObject({ code: 'GITOPS_S3' });
  });

  it.each(['../x', 'a/./b', '', 'x'.repeat(1_025)])(
    'does not ask for the key %j',
    async key => {
      await expect(client.get(key, signal)).rejects.toMatchObject({
        code: 'GITOPS_S3',
      });
      expect(server.requests).toEqual([]);
    },
  );

  // s3rver cannot do this.
  it('gives an upload up', async () => {
    const id = await client.createUpload('large', signal);
    await client.putPart({ key: 'large', id }, 1, Buffer.from('x'), signal);
    expect(server.uploads('files')).toBe(1);
    await client.abortUpload({ key: 'large', id }, signal);
    await client.abortUpload({ key: 'large', id }, signal);
    expect(server.uploads('files')).toBe(0);
  });

  it('copies what has a name of any kind', async () => {
    const key = "a/ü+&=%2F 'x'~*.yaml";
    await server.put('files', key, 'hello');
    await client.copy(key, 'copy', signal);
    expect((await read(client, 'copy'))?.body).toBe('hello');
  });

  it('asks without credentials where there are none', async () => {
    await server.createBucket('open', { a: 'open' }, { anonymous: 'read' });
    const anonymous = clientOf({ ...server, bucket: 'open' }, pool);
    expect((await read(anonymous, 'a'))?.body).toBe('open');
    expect(server.requests.at(-1)?.accessKeyId).toBeUndefined();
  });
});
