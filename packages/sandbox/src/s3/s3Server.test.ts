import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as https from 'node:https';
import * as os from 'node:os';
import * as path from 'node:path';
import { Readable } from 'node:stream';
import type { SandboxS3 } from './s3Server';
import { startS3Server } from './s3Server';

jest.setTimeout(60_000);

// Server: the sandbox's. Client: Amazon's own.
describe('startS3Server', () => {
  let server: SandboxS3;
  let time: number;

  const clientOf = (
    credentials: {
      accessKeyId: string;
      secretAccessKey: string;
      sessionToken?: string;
    },
    to = server,
  ) =>
    new S3Client({
      endpoint: to.url,
      region: 'eu-west-1',
      forcePathStyle: true,
      credentials,
      maxAttempts: 1,
      // The clock of this client is not corrected by the server's.
      systemClockOffset: time - Date.now(),
    });

  beforeEach(async () => {
    time = Date.now();
    server = await startS3Server({ now: () => new Date(time) });
  });

  afterEach(() => server.stop());

  it('keeps objects as Amazon S3 does', async () => {
    const client = clientOf(server);
    await client.send(new CreateBucketCommand({ Bucket: 'files' }));
    const key = 'a b/ü+&=%2F\u2028~*.yaml';
    const put = await client.send(
      new PutObjectCommand({
        Bucket: 'files',
        Key: key,
        Body: 'hello',
        ContentType: 'text/plain',
        Metadata: { origin: 'test' },
      }),
    );
    const md5 = createHash('md5').update('hello').digest('hex');
    expect(put.ETag).toBe(`"${md5}"`);
    const got = await client.send(
      new GetObjectCommand({ Bucket: 'files', Key: key }),
    );
    expect(await got.Body?.transformToString()).toBe('hello');
    expect(got).toMatchObject({
      ContentType: 'text/plain',
      Metadata: { origin: 'test' },
      ETag: `"${md5}"`,
    });
    const part = await client.send(
      new GetObjectCommand({ Bucket: 'files', Key: key, Range: 'bytes=1-2' }),
    );
    expect(await part.Body?.transformToString()).toBe('el');
    expect(part.ContentRange).toBe('bytes 1-2/5');
    await expect(
      client.send(
        new GetObjectCommand({ Bucket: 'files', Key: key, IfNoneMatch: md5 }),
      ),
    ).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    await expect(
      client.send(
        new PutObjectCommand({
          Bucket: 'files',
          Key: key,
          Body: 'other',
          IfNoneMatch: '*',
        }),
      ),
    ).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await client.send(
      new CopyObjectCommand({
        Bucket: 'files',
        Key: 'copy',
        CopySource: `files/${encodeURIComponent(key)}`,
      }),
    );
    expect((await server.read('files', 'copy')).toString()).toBe('hello');
    await client.send(
      new DeleteObjectsCommand({
        Bucket: 'files',
        Delete: { Objects: [{ Key: key }, { Key: 'copy' }] },
      }),
    );
    expect(server.keys('files')).toEqual([]);
  });

  it('takes streamed bodies, whose checksum comes last', async () => {
    await server.createBucket('files');
    const client = clientOf(server);
    const bytes = Buffer.alloc(300_000, 'abc');
    await client.send(
      new PutObjectCommand({
        Bucket: 'files',
        Key: 'streamed',
        Body: Readable.from([
          bytes.subarray(0, 100_000),
          bytes.subarray(100_000),
        ]),
        ContentLength: bytes.length,
      }),
    );
    expect((await server.read('files', 'streamed')).equals(bytes)).toBe(true);
  });

  it('takes uploads in parts', async () => {
    await server.createBucket('files');
    const client = clientOf(server);
    const target = { Bucket: 'files', Key: 'large' };
    const bytes = Buffer.alloc(6 * 1024 * 1024, 'x');
    const { UploadId } = await client.send(
      new CreateMultipartUploadCommand(target),
    );
    const upload = async (PartNumber: number, Body: Buffer) => ({
      PartNumber,
      ETag: (
        await client.send(
          new UploadPartCommand({ ...target, UploadId, PartNumber, Body }),
        )
      ).ETag,
    });
    const parts = [
      await upload(1, bytes.subarray(0, 5 * 1024 * 1024)),
      await upload(2, bytes.subarray(5 * 1024 * 1024)),
    ];
    await expect(
      client.send(
        new CompleteMultipartUploadCommand({
          ...target,
          UploadId,
          MultipartUpload: { Parts: [...parts].reverse() },
        }),
      ),
    ).rejects.toMatchObject({ name: 'InvalidPartOrder' });
    const done = await client.send(
      new CompleteMultipartUploadCommand({
        ...target,
        UploadId,
        MultipartUpload: { Parts: parts },
      }),
    );
    expect(done.ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
    expect((await server.read('files', 'large')).equals(bytes)).toBe(true);
    const second = await client.send(new CreateMultipartUploadCommand(target));
    expect(server.uploads('files')).toBe(1);
    await client.send(
      new AbortMultipartUploadCommand({ ...target, UploadId: second.UploadId }),
    );
    expect(server.uploads('files')).toBe(0);
  });

  it('lists by prefix, delimiter and page', async () => {
    const keys = ['a/1', 'a/2', 'b', 'c/&<1', 'c/d/2', 'z\u{1F600}', 'z\uFFFD'];
    await server.createBucket(
      'files',
      Object.fromEntries(keys.map(key => [key, key])),
    );
    const client = clientOf(server);
    const listed: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await client.send(
        new ListObjectsV2Command({
          Bucket: 'files',
          MaxKeys: 2,
          ContinuationToken,
        }),
      );
      listed.push(...(page.Contents ?? []).map(({ Key }) => Key ?? ''));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);
    // In the order of UTF-8 bytes, which is not that of UTF-16 units.
    expect(listed).toEqual([...keys.slice(0, 5), 'z\uFFFD', 'z\u{1F600}']);

    const folders = await client.send(
      new ListObjectsV2Command({
        Bucket: 'files',
        Delimiter: '/',
        EncodingType: 'url',
      }),
    );
    expect(folders.CommonPrefixes).toEqual([
      { Prefix: 'a/' },
      { Prefix: 'c/' },
    ]);
    expect(folders.KeyCount).toBe(5);
    const old = await client.send(
      new ListObjectsCommand({
        Bucket: 'files',
        Prefix: 'c/',
        Marker: 'c/&<1',
      }),
    );
    expect(old.Contents?.map(({ Key }) => Key)).toEqual(['c/d/2']);
  });

  it('refuses in the words of Amazon S3', async () => {
    await server.createBucket('files', { a: 'a' });
    await server.createBucket('open', { a: 'a' }, { anonymous: 'read' });
    server.addAccount({
      accessKeyId: 'reader',
      secretAccessKey: 'reader-secret',
      allows: ({ write, bucket }) => !write && bucket === 'files',
    });
    const get = (client: S3Client, Bucket: string, Key = 'a') =>
      client.send(new GetObjectCommand({ Bucket, Key }));
    const owner = clientOf(server);
    await expect(get(owner, 'none')).rejects.toMatchObject({
      name: 'NoSuchBucket',
    });
    await expect(get(owner, 'files', 'none')).rejects.toMatchObject({
      name: 'NoSuchKey',
    });
    await expect(
      owner.send(new HeadBucketCommand({ Bucket: 'none' })),
    ).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
    await expect(
      get(clientOf({ accessKeyId: 'sandbox', secretAccessKey: 'no' }), 'files'),
    ).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
    await expect(
      get(clientOf({ accessKeyId: 'no', secretAccessKey: 'no' }), 'files'),
    ).rejects.toMatchObject({ name: 'InvalidAccessKeyId' });
    const reader = clientOf({
      accessKeyId: 'reader',
      secretAccessKey: 'reader-secret',
    });
    await get(reader, 'files');
    await expect(get(reader, 'open')).rejects.toMatchObject({
      name: 'AccessDenied',
    });
    await expect(
      reader.send(
        new PutObjectCommand({ Bucket: 'files', Key: 'b', Body: 'b' }),
      ),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
    const late = clientOf(server);
    time += 16 * 60_000;
    await expect(get(late, 'files')).rejects.toMatchObject({
      name: 'RequestTimeTooSkewed',
      ServerTime: expect.anything(),
    });
    expect(server.requests.at(-1)).toMatchObject({
      operation: 'GetObject',
      bucket: 'files',
      key: 'a',
      accessKeyId: undefined,
      status: 403,
    });
  });

  it('lets anybody read what is open to all', async () => {
    await server.createBucket(
      'open',
      { 'a/b': 'hello' },
      { anonymous: 'read' },
    );
    await server.createBucket('closed', { a: 'a' });
    expect(await (await fetch(`${server.url}/open/a/b`)).text()).toBe('hello');
    expect(
      await (await fetch(`${server.url}/open?list-type=2`)).text(),
    ).toContain('<Key>a/b</Key>');
    const denied = await fetch(`${server.url}/closed/a`);
    expect(denied.status).toBe(403);
    expect(await denied.text()).toContain('<Code>AccessDenied</Code>');
    expect(
      (await fetch(`${server.url}/open/c`, { method: 'PUT', body: 'x' }))
        .status,
    ).toBe(403);
  });

  it('gives out temporary credentials that end', async () => {
    await server.createBucket('files', { a: 'a' });
    server.allowLdap('ada', 'secret');
    server.allowWebIdentity((token, role) => token === `for ${role}`);
    const assume = async (values: Record<string, string>) => {
      const response = await fetch(server.url, {
        method: 'POST',
        body: new URLSearchParams({ Version: '2011-06-15', ...values }),
      });
      const text = await response.text();
      const read = (name: string) =>
        new RegExp(`<${name}>(.*?)</${name}>`).exec(text)?.[1] ?? '';
      return {
        status: response.status,
        code: read('Code'),
        credentials: {
          accessKeyId: read('AccessKeyId'),
          secretAccessKey: read('SecretAccessKey'),
          sessionToken: read('SessionToken'),
        },
      };
    };
    const web = await assume({
      Action: 'AssumeRoleWithWebIdentity',
      WebIdentityToken: 'for role',
      RoleArn: 'role',
      DurationSeconds: '900',
    });
    const ldap = await assume({
      Action: 'AssumeRoleWithLDAPIdentity',
      LDAPUsername: 'ada',
      LDAPPassword: 'secret',
    });
    const wrong = await assume({
      Action: 'AssumeRoleWithLDAPIdentity',
      LDAPUsername: 'ada',
      LDAPPassword: 'guess',
    });
    expect(wrong).toMatchObject({ status: 400, code: 'InvalidParameterValue' });
    const get = new GetObjectCommand({ Bucket: 'files', Key: 'a' });
    await clientOf(web.credentials).send(get);
    await clientOf(ldap.credentials).send(get);
    await expect(
      clientOf({ ...ldap.credentials, sessionToken: undefined }).send(get),
    ).rejects.toMatchObject({ name: 'InvalidToken' });
    time += 901_000;
    await expect(clientOf(web.credentials).send(get)).rejects.toMatchObject({
      name: 'ExpiredToken',
    });
    await clientOf(ldap.credentials).send(get);
  });

  it('meets faults that a test asks for', async () => {
    await server.createBucket(
      'open',
      { a: 'hello hello' },
      {
        anonymous: 'read-write',
      },
    );
    const url = `${server.url}/open/a`;
    server.faults.inject({ status: 503, code: 'SlowDown', times: 1 });
    expect((await fetch(url)).status).toBe(503);
    server.faults.inject({ truncate: true, times: 1 });
    await expect(fetch(url).then(answer => answer.text())).rejects.toThrow();
    server.faults.inject({ disconnect: true, times: 1 });
    await expect(fetch(url)).rejects.toThrow();
    server.faults.inject({ dropResponse: true, times: 1 });
    await expect(fetch(url, { method: 'PUT', body: 'new' })).rejects.toThrow();
    expect(await (await fetch(url)).text()).toBe('new');
  });

  it('keeps buckets in files', async () => {
    const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'sandbox-s3-'));
    const first = await startS3Server({ dataDir });
    await first.createBucket('files', { 'a/../b': 'hello', c: 'c' });
    await first.put('files', 'c', 'changed');
    await first.stop();
    const second = await startS3Server({ dataDir });
    expect(second.keys('files')).toEqual(['a/../b', 'c']);
    const got = await clientOf(second, second).send(
      new GetObjectCommand({ Bucket: 'files', Key: 'c' }),
    );
    expect(await got.Body?.transformToString()).toBe('changed');
    second.remove('files');
    expect(fs.readdirSync(path.join(dataDir, 'buckets'))).toEqual([]);
    await second.stop();
    fs.rmSync(dataDir, { recursive: true });
  });

  it('wants a certificate where it was told to', async () => {
    const tls = await startS3Server({ tls: true, clientCertificates: true });
    await tls.createBucket('open', { a: 'hello' }, { anonymous: 'read' });
    const get = (options: https.RequestOptions) =>
      new Promise<string>((resolve, reject) => {
        https
          .get(
            `${tls.url}/open/a`,
            { ca: tls.caPem, agent: false, ...options },
            response => {
              response.setEncoding('utf8');
              response.on('data', resolve);
              response.on('error', reject);
            },
          )
          .on('error', reject);
      });
    const { certificate, privateKey } = tls.clientCertificate!;
    expect(await get({ cert: certificate, key: privateKey })).toBe('hello');
    await expect(get({})).rejects.toBeDefined();
    await tls.stop();
  });
});
