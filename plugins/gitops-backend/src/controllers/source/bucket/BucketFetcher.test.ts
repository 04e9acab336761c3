// Servers: the sandbox's S3 server and, as an independent one, s3rver
// (@20minutes/s3rver 5); the sandbox's Kubernetes API.
import { createHash } from 'node:crypto';
import { migratedDatabases } from '../../../__testUtils__/databases';
import { World } from '../../../__testUtils__/world';
import { HttpPool } from '../../../net/HttpPool';
import {
  clientOf,
  localPool,
  s3TestServers,
  S3TestServer,
} from '../../../s3/__testUtils__/servers';
import { S3Client } from '../../../s3/S3Client';
import { BucketWorld, textOf } from './__testUtils__/bucketWorld';

jest.setTimeout(120_000);

const { signal } = new AbortController();

const digestOf = (algorithm: string, text: string) =>
  createHash(algorithm).update(text).digest('hex');

/** As Flux computes it, of what the objects hold. */
const revisionOf = (objects: Record<string, string>) =>
  `sha256:${digestOf(
    'sha256',
    Object.entries(objects)
      .map(([key, content]) => `${key} ${digestOf('md5', content)}\n`)
      .sort()
      .join(''),
  )}`;

describe.each(s3TestServers)('Bucket in %s', (_, start) => {
  const init = migratedDatabases();
  let world: World;
  let buckets: BucketWorld;
  let pool: HttpPool;
  let server: S3TestServer;
  let client: S3Client;

  beforeAll(async () => {
    world = await World.start();
    buckets = new BucketWorld(world);
    await world.startPortal(await init('SQLITE_3'));
    await world.untilKinds('buckets.source.toolkit.fluxcd.io');
    pool = localPool();
    server = await start();
    client = clientOf(server, pool);
    await buckets.secret('keys', {
      accesskey: server.credentials.accessKeyId,
      secretkey: server.credentials.secretAccessKey,
    });
  });

  afterAll(async () => {
    await world?.stop();
    await pool?.close();
    await server?.stop();
  });

  afterEach(() => buckets.removeAll());

  const put = (key: string, content: string) =>
    client.put(key, Buffer.from(content), signal);

  it('stores what is new, and nothing where nothing changed', async () => {
    const spec = () => ({
      endpoint: server.endpoint,
      bucketName: server.bucket,
      prefix: 'app/',
      secretRef: { name: 'keys' },
    });
    await put('app/a.yaml', 'a: 1');
    await put('app/deep/b.yaml', 'b: 2');
    await put('other/c.yaml', 'c: 3');
    const first = await buckets.reconcile('app', spec());
    const revision = revisionOf({
      'app/a.yaml': 'a: 1',
      'app/deep/b.yaml': 'b: 2',
    });
    expect(first.status).toMatchObject({
      observedGeneration: 1,
      artifact: {
        revision,
        path: `bucket/default/app/${revision.slice('sha256:'.length)}.tar.gz`,
      },
      url: first.status?.artifact?.url,
      conditions: expect.arrayContaining([
        expect.objectContaining({
          type: 'Ready',
          status: 'True',
          reason: 'Succeeded',
          message: `stored artifact: revision '${revision}'`,
        }),
      ]),
    });
    expect(textOf(await buckets.filesOf(first.status?.artifact))).toEqual({
      'app/a.yaml': 'a: 1',
      'app/deep/b.yaml': 'b: 2',
    });
    expect(await world.eventsOf(first)).toContain(
      `NewArtifact: stored artifact with 2 fetched files from '${server.bucket}' bucket`,
    );

    const second = await buckets.reconcile('app', spec());
    expect(second.status?.artifact).toMatchObject({
      revision,
      digest: first.status?.artifact?.digest,
      lastUpdateTime: first.status?.artifact?.lastUpdateTime,
    });

    await put('app/a.yaml', 'a: 2');
    await client.delete('app/deep/b.yaml', signal);
    const third = await buckets.reconcile('app', spec());
    expect(third.status?.artifact?.revision).toBe(
      revisionOf({ 'app/a.yaml': 'a: 2' }),
    );
    expect(textOf(await buckets.filesOf(third.status?.artifact))).toEqual({
      'app/a.yaml': 'a: 2',
    });
  });

  it('leaves out what the rules say, and folders', async () => {
    await put('.sourceignore', '# rules\n*.md\n/docs/\n');
    await put('rules/a.yaml', 'a');
    await put('rules/README.md', 'x');
    await put('rules/keep.md', 'kept');
    await put('rules/logo.png', 'png');
    await put('rules/.gitignore', 'git');
    await put('rules/folder/', '');
    const found = await buckets.reconcile('rules', {
      endpoint: server.endpoint,
      bucketName: server.bucket,
      prefix: 'rules/',
      secretRef: { name: 'keys' },
      ignore: '!keep.md',
    });
    expect(found.status).toMatchObject({
      observedIgnore: '!keep.md',
      artifact: {
        revision: revisionOf({
          'rules/a.yaml': 'a',
          'rules/keep.md': 'kept',
          'rules/logo.png': 'png',
          'rules/.gitignore': 'git',
        }),
      },
    });
    expect(
      Object.keys(textOf(await buckets.filesOf(found.status?.artifact))).sort(),
    ).toEqual([
      '.sourceignore',
      'rules/.gitignore',
      'rules/a.yaml',
      'rules/keep.md',
      'rules/logo.png',
    ]);
    await client.delete('.sourceignore', signal);
  });

  it('takes what a bucket of hundreds of objects holds', async () => {
    const objects: Record<string, string> = {};
    for (let i = 0; i < 300; i++) {
      objects[`many/${i % 7}/${i}.yaml`] = `content ${i}`;
    }
    for (const [key, content] of Object.entries(objects)) {
      await put(key, content);
    }
    const found = await buckets.reconcile('many', {
      endpoint: server.endpoint,
      bucketName: server.bucket,
      prefix: 'many/',
      secretRef: { name: 'keys' },
    });
    expect(found.status?.artifact?.revision).toBe(revisionOf(objects));
    expect(textOf(await buckets.filesOf(found.status?.artifact))).toEqual(
      objects,
    );
  });

  it('says that a bucket is not there', async () => {
    const found = await buckets.reconcile('none', {
      endpoint: server.endpoint,
      bucketName: 'nowhere',
      secretRef: { name: 'keys' },
    });
    expect(found.status?.conditions).toContainEqual(
      expect.objectContaining({
        type: 'FetchFailed',
        status: 'True',
        reason: 'BucketOperationFailed',
        message: "bucket 'nowhere' not found",
      }),
    );
  });

  it('says that the keys are wrong, without them', async () => {
    await buckets.secret('wrong', {
      accesskey: server.credentials.accessKeyId,
      secretkey: 'hunter2',
    });
    const found = await buckets.reconcile('wrong', {
      endpoint: server.endpoint,
      bucketName: server.bucket,
      secretRef: { name: 'wrong' },
    });
    expect(found.status?.conditions).toContainEqual(
      expect.objectContaining({
        type: 'Ready',
        status: 'False',
        reason: 'BucketOperationFailed',
        message: expect.stringMatching(
          /^failed to confirm existence of '.*' bucket: .*403/,
        ),
      }),
    );
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });
});
