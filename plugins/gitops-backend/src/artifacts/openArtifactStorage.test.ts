// Servers: the sandbox's S3 server; s3rver (@20minutes/s3rver 5).
import { createMockDirectory } from '@backstage/backend-test-utils';
import { buffer } from 'node:stream/consumers';
import { s3TestServers, S3TestServer } from '../s3/__testUtils__/servers';
import { openArtifactStorage } from './openArtifactStorage';

jest.setTimeout(60_000);

const NO_DIRECTORY = '/nowhere';

describe('openArtifactStorage', () => {
  const directory = createMockDirectory();

  it('opens a folder', async () => {
    const config = { directory: directory.path };
    const storage = await openArtifactStorage({ config });
    const { digest } = await storage.store.put(Buffer.from('hello'));
    expect(storage.place).toBe(directory.path);
    const again = await openArtifactStorage({ config });
    expect(again.signingKey.equals(storage.signingKey)).toBe(true);
    expect(await again.store.has(digest)).toBeDefined();
  });

  it('says that there are no credentials', async () => {
    const config = {
      directory: NO_DIRECTORY,
      s3: { bucket: 'b', prefix: '' },
    };
    await expect(openArtifactStorage({ config, env: {} })).rejects.toThrow(
      'gitops.artifacts.s3 has no credentials',
    );
  });
});

describe.each(s3TestServers)('openArtifactStorage with %s', (_, start) => {
  let server: S3TestServer;

  beforeEach(async () => {
    server = await start();
  });

  afterEach(() => server.stop());

  const open = (more: Partial<Parameters<typeof openArtifactStorage>[0]>) =>
    openArtifactStorage({
      env: {},
      ...more,
      config: {
        directory: NO_DIRECTORY,
        s3: {
          bucket: server.bucket,
          endpoint: `http://${server.endpoint}`,
          prefix: 'portal/',
          ...more.config?.s3,
        },
      },
    });

  it('opens a bucket, with one key for all replicas', async () => {
    const { accessKeyId, secretAccessKey } = server.credentials;
    const replicas = [
      await open({ credentials: async () => server.credentials }),
      await open({
        env: {
          AWS_ACCESS_KEY_ID: accessKeyId,
          AWS_SECRET_ACCESS_KEY: secretAccessKey,
        },
      }),
    ];
    const [first, second] = replicas;
    expect(first.place).toBe(`s3://${server.bucket}/portal/`);
    expect(first.signingKey).toHaveLength(32);
    expect(second.signingKey.equals(first.signingKey)).toBe(true);
    const { digest } = await first.store.put(Buffer.from('hello'));
    expect((await buffer(await second.store.open(digest))).toString()).toBe(
      'hello',
    );
    const listed = [];
    for await (const artifact of second.store.list()) {
      listed.push(artifact.digest);
    }
    expect(listed).toEqual([digest]);
    await Promise.all(replicas.map(replica => replica.close()));
  });

  it('does not start without the bucket', async () => {
    await expect(
      openArtifactStorage({
        config: {
          directory: NO_DIRECTORY,
          s3: {
            bucket: 'nowhere',
            endpoint: `http://${server.endpoint}`,
            prefix: '',
            credentials: server.credentials,
          },
        },
      }),
    ).rejects.toMatchObject({ s3Code: 'NoSuchBucket' });
  });
});
