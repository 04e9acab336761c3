// Server: the sandbox's S3 server with its token service, which speaks the
// protocol of AWS STS; not AWS itself.
import {
  bucketOptions,
  localConnections,
} from '@backstage-gitops/plugin-gitops-backend/testUtils';
import { CloudServiceAccount } from '@backstage-gitops/plugin-gitops-node';
import { SandboxS3, startS3Server } from '@backstage-gitops/sandbox';
import { text } from 'node:stream/consumers';
import { AwsBucketProvider } from './AwsBucketProvider';
import { AwsIdentity } from './AwsIdentity';

jest.setTimeout(60_000);

const ROLE = 'arn:aws:iam::123456789012:role/reader';
const { signal } = new AbortController();

describe('AwsBucketProvider', () => {
  let connections: ReturnType<typeof localConnections>;
  let server: SandboxS3;
  let time: number;
  let asked: (readonly string[])[];

  beforeEach(async () => {
    connections = localConnections();
    time = Date.now();
    asked = [];
    server = await startS3Server({ now: () => new Date(time) });
    await server.createBucket('files', { 'a.yaml': 'a' });
    server.allowWebIdentity(
      (token, roleArn) => token === 'token-of-reader' && roleArn === ROLE,
    );
  });

  afterEach(async () => {
    await connections.close();
    await server.stop();
  });

  const account = (
    annotations: Record<string, string>,
    token = 'token-of-reader',
  ): CloudServiceAccount => ({
    namespace: 'team',
    name: 'reader',
    annotations,
    token: async audiences => {
      asked.push(audiences);
      return token;
    },
  });
  const reader = account({ 'eks.amazonaws.com/role-arn': ROLE });

  const open = (
    options: Partial<Parameters<typeof bucketOptions>[0]>,
    identity: Partial<ConstructorParameters<typeof AwsIdentity>[0]> = {},
  ) =>
    new AwsBucketProvider(
      new AwsIdentity({
        portalIdentity: false,
        stsAddress: server.url,
        ...identity,
      }),
    ).open(
      bucketOptions({
        connections,
        bucketName: 'files',
        endpoint: server.endpoint,
        region: 'eu-west-1',
        now: () => time,
        ...options,
      }),
    );

  it('reads with the role of a ServiceAccount', async () => {
    const client = await open({ serviceAccount: reader });
    expect(asked).toEqual([['sts.amazonaws.com']]);
    expect(await client.exists({ signal })).toBe(true);
    const keys = [];
    for await (const { key } of client.list({ signal })) {
      keys.push(key);
    }
    expect(keys).toEqual(['a.yaml']);
    const content = await client.read('a.yaml', { signal });
    expect(await text(content!.body)).toBe('a');
    expect(asked).toHaveLength(1);
    expect(server.requests.at(-1)?.accessKeyId).toMatch(/^ASIA/);
    // They hold for an hour, and others are asked for some minutes before.
    time += 56 * 60_000;
    expect(await client.exists({ signal })).toBe(true);
    expect(asked).toHaveLength(2);
    await client.close();
  });

  it('reads with keys of a Secret', async () => {
    const secret = {
      name: 'team/keys',
      data: {
        accesskey: Buffer.from(server.accessKeyId),
        secretkey: Buffer.from(server.secretAccessKey),
      },
    };
    const client = await open({ secret });
    expect(await client.exists({ signal })).toBe(true);
    await client.close();
  });

  it('reads as the portal only where that is allowed', async () => {
    const portalCredentials = async () => ({
      accessKeyId: server.accessKeyId,
      secretAccessKey: server.secretAccessKey,
    });
    const client = await open({}, { portalIdentity: true, portalCredentials });
    expect(await client.exists({ signal })).toBe(true);
    await client.close();
    await expect(open({}, { portalCredentials })).rejects.toMatchObject({
      reason: 'AuthenticationFailed',
      message: expect.stringContaining('set gitops.aws.portalIdentity'),
    });
  });

  it.each<[string, Parameters<typeof open>, string]>([
    [
      'no region',
      [{ serviceAccount: reader, region: undefined }],
      'AWS authentication failed: an AWS region is required for authenticating with a service account. please configure one in the object spec',
    ],
    [
      'no role',
      [{ serviceAccount: account({}) }],
      "AWS authentication failed: invalid eks.amazonaws.com/role-arn annotation: ''. must match ",
    ],
    [
      'a role that is none',
      [
        {
          serviceAccount: account({ 'eks.amazonaws.com/role-arn': 'admin' }),
        },
      ],
      "role-arn annotation: 'admin'",
    ],
    [
      'a token service that is not of AWS',
      [
        {
          serviceAccount: reader,
          sts: { provider: 'aws', endpoint: 'https://sts.evil.example' },
        },
      ],
      'AWS authentication failed: invalid STS endpoint',
    ],
    [
      'a token that AWS refuses',
      [
        {
          serviceAccount: account(
            { 'eks.amazonaws.com/role-arn': ROLE },
            'token-of-nobody',
          ),
        },
      ],
      'AWS authentication failed: The web identity token that was passed is not valid',
    ],
    [
      'a token service that may not be connected to',
      [{ serviceAccount: reader }, { stsAddress: 'http://169.254.169.254/' }],
      '169.254.169.254 has no address that the portal may connect to',
    ],
  ])('is told of %s', async (_, options, message) => {
    await expect(open(...options)).rejects.toMatchObject({
      code: 'GITOPS_SOURCE_FETCH',
      reason: 'AuthenticationFailed',
      message: expect.stringContaining(message),
    });
  });
});
