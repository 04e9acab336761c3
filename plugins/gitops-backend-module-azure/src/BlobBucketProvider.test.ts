// Servers: Azurite, Microsoft's emulator, for blobs; a double of the token endpoint
// of Microsoft Entra; not Azure itself.
import {
  bucketOptions,
  localConnections,
} from '@backstage-gitops/plugin-gitops-backend/testUtils';
import { BucketClient } from '@backstage-gitops/plugin-gitops-node';
import {
  BlobServiceClient,
  ContainerSASPermissions,
  generateBlobSASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { text } from 'node:stream/consumers';
import {
  ACCOUNT,
  ACCOUNT_KEY,
  startAzurite,
} from './__testUtils__/startAzurite';
import { AzureIdentity } from './AzureIdentity';
import { BlobBucketProvider } from './BlobBucketProvider';

jest.setTimeout(120_000);

const { signal } = new AbortController();
const key = new StorageSharedKeyCredential(ACCOUNT, ACCOUNT_KEY);

describe('BlobBucketProvider', () => {
  let connections: ReturnType<typeof localConnections>;
  let azurite: Awaited<ReturnType<typeof startAzurite>>;

  beforeAll(async () => {
    azurite = await startAzurite();
    const service = new BlobServiceClient(azurite.endpoint, key);
    const objects = { 'app/a b+ü.yaml': 'a', 'app/b.yaml': 'b', 'c.yaml': 'c' };
    for (const [name, access] of [
      ['files', undefined],
      ['open', 'container'],
    ] as const) {
      const container = service.getContainerClient(name);
      await container.create({ access });
      for (const [path, content] of Object.entries(objects)) {
        const blob = container.getBlockBlobClient(path);
        await blob.upload(content, content.length);
      }
    }
  });

  beforeEach(() => {
    connections = localConnections();
  });

  afterEach(() => connections.close());

  afterAll(() => azurite?.stop());

  const open = (
    options: Partial<Parameters<typeof bucketOptions>[0]> = {},
    identity: Partial<ConstructorParameters<typeof AzureIdentity>[0]> = {},
  ) =>
    new BlobBucketProvider(
      new AzureIdentity({ portalIdentity: false, ...identity }),
    ).open(
      bucketOptions({
        connections,
        bucketName: 'files',
        endpoint: azurite.endpoint,
        ...options,
      }),
    );

  const secretOf = (data: Record<string, string>) => ({
    name: 'team/blob',
    data: Object.fromEntries(
      Object.entries(data).map(([name, value]) => [name, Buffer.from(value)]),
    ),
  });
  const account = () =>
    secretOf({ accountName: ACCOUNT, accountKey: ACCOUNT_KEY });

  const listed = async (client: BucketClient, prefix?: string) => {
    const all = [];
    for await (const object of client.list({ prefix, signal })) {
      all.push(object);
    }
    return all;
  };

  it('reads with the key of an account', async () => {
    const client = await open({ secret: account() });
    expect(await client.exists({ signal })).toBe(true);
    const objects = await listed(client);
    expect(objects.map(object => object.key)).toEqual([
      'app/a b+ü.yaml',
      'app/b.yaml',
      'c.yaml',
    ]);
    expect(await listed(client, 'app/')).toHaveLength(2);
    for (const object of objects) {
      const content = await client.read(object.key, { signal });
      expect(await text(content!.body)).toHaveLength(object.size);
      expect(content!.etag).toBe(object.etag);
      // As Flux has them in the revisions of such buckets.
      expect(object.etag).toMatch(/^"0x[0-9A-F]+"$/);
    }
    expect(await client.read('none', { signal })).toBeUndefined();
    await client.close();
  });

  it('reads with a shared access signature', async () => {
    const sasKey = generateBlobSASQueryParameters(
      {
        containerName: 'files',
        permissions: ContainerSASPermissions.parse('rl'),
        expiresOn: new Date(Date.now() + 3_600_000),
      },
      key,
    ).toString();
    for (const prefix of ['', '?']) {
      const secret = secretOf({ sasKey: prefix + sasKey });
      const client = await open({ secret });
      expect(await client.exists({ signal })).toBe(true);
      expect(await listed(client)).toHaveLength(3);
    }
    const secret = secretOf({ sasKey: `${sasKey}x` });
    const client = await open({ secret });
    await expect(client.exists({ signal })).rejects.toMatchObject({
      code: 'GITOPS_AZURE_BLOB',
      message: expect.not.stringContaining(sasKey),
    });
  });

  it('reads what is open to all', async () => {
    const client = await open({ bucketName: 'open' });
    expect(await client.exists({ signal })).toBe(true);
    expect(await listed(client)).toHaveLength(3);
  });

  it('says that a container is not there', async () => {
    const client = await open({ secret: account(), bucketName: 'nowhere' });
    expect(await client.exists({ signal })).toBe(false);
  });

  it('says that a key is wrong, without it', async () => {
    const wrong = Buffer.from('hunter2').toString('base64');
    const client = await open({
      secret: secretOf({ accountName: ACCOUNT, accountKey: wrong }),
    });
    const failure = await client.exists({ signal }).then(
      () => undefined,
      (error: Error) => error,
    );
    expect(failure?.message).toMatch(/status 403/);
    expect(failure?.message).not.toContain(wrong);
  });

  it.each<[string, () => Parameters<typeof open>, string]>([
    [
      'a Secret without anything',
      () => [{ secret: secretOf({ other: 'x' }) }],
      "invalid 'blob' secret data: requires a 'clientId' or 'accountKey' field",
    ],
    [
      'an endpoint without an account',
      () => [
        {
          secret: secretOf({ accountKey: ACCOUNT_KEY }),
          endpoint: 'https://blob',
        },
      ],
      "failed to extract account name from endpoint: 'blob' has no part before the first dot",
    ],
    [
      'an endpoint that is none',
      () => [{ secret: account(), endpoint: 'account.blob.core.windows.net' }],
      'the endpoint must look like https://account.blob.core.windows.net',
    ],
    [
      'a managed identity of the portal',
      () => [{ secret: secretOf({ clientId: 'c' }) }],
      'set gitops.azure.portalIdentity',
    ],
    [
      "an endpoint of somebody else for the portal's identity",
      () => [
        { endpoint: 'https://blob.core.windows.net.evil.example' },
        { portalIdentity: true },
      ],
      "the portal's own identity is only used at https:// addresses of Azure",
    ],
    [
      'a ServiceAccount without annotations',
      () => [
        {
          serviceAccount: {
            namespace: 'team',
            name: 'reader',
            annotations: {},
            token: async () => 'token',
          },
        },
      ],
      'azure tenant ID is not set in the service account annotation azure.workload.identity/tenant-id',
    ],
  ])('is told of %s', async (_, options, message) => {
    await expect(open(...options())).rejects.toMatchObject({
      code: 'GITOPS_SOURCE_FETCH',
      reason: 'AuthenticationFailed',
      message: expect.stringContaining(message),
    });
  });

  it('connects to nothing that is refused', async () => {
    const client = await open({
      secret: account(),
      endpoint: 'http://169.254.169.254',
    });
    await expect(client.exists({ signal })).rejects.toThrow(
      '169.254.169.254 has no address that the portal may connect to',
    );
  });
});
