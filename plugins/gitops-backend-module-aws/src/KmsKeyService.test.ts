// Server: a double that speaks the protocols of KMS and of the token service, and
// verifies signatures; not AWS itself. The files were written by sops, which asked the
// same double.
import {
  decryptSopsFile,
  localConnections,
} from '@backstage-gitops/plugin-gitops-backend/testUtils';
import {
  CloudServiceAccount,
  SopsKeyServiceRequest,
  SopsMasterKey,
} from '@backstage-gitops/plugin-gitops-node';
import fixtures from './__fixtures__/sops.json';
import { FakeAws } from './__testUtils__/startAws';
import { AwsIdentity } from './AwsIdentity';
import { KmsKeyServiceProvider } from './KmsKeyServiceProvider';

jest.setTimeout(60_000);

const { signal } = new AbortController();
const { arn, role } = fixtures;
const DATA_KEY = new Uint8Array(32).fill(7);
const READER = 'arn:aws:iam::123456789012:role/reader';

describe('KmsKeyServiceProvider', () => {
  let connections: ReturnType<typeof localConnections>;
  let aws: FakeAws;

  beforeEach(async () => {
    connections = localConnections();
    aws = await FakeAws.start();
    aws.keys.set(arn, Buffer.from(fixtures.key, 'base64'));
    aws.users.push({
      accessKeyId: 'AKIATEAM',
      secretAccessKey: 'secret of the team',
    });
  });

  afterEach(async () => {
    await connections.close();
    await aws.stop();
  });

  const secretOf = (text: string) => ({
    name: 'team/keys',
    data: { 'sops.aws-kms': Buffer.from(text) },
  });
  const keys = secretOf(
    'aws_access_key_id: AKIATEAM\naws_secret_access_key: secret of the team\n',
  );

  const open = (
    request: Partial<SopsKeyServiceRequest>,
    identity: Partial<ConstructorParameters<typeof AwsIdentity>[0]> = {},
  ) =>
    new KmsKeyServiceProvider({
      identity: new AwsIdentity({
        ...{ portalIdentity: false, stsAddress: aws.url },
        portalCredentials: async () => ({
          accessKeyId: 'AKIATEAM',
          secretAccessKey: 'secret of the team',
        }),
        ...identity,
      }),
      address: aws.url,
    }).open({
      ...{ namespace: 'team', http: connections.open() },
      ...{ signal, now: Date.now, ...request },
    });

  const entry = (
    fields: Record<string, unknown> = {},
    enc = aws.encrypt(arn, DATA_KEY).toString('base64'),
  ): SopsMasterKey => ({ type: 'kms', enc, fields: { arn, ...fields } });

  const account: CloudServiceAccount = {
    ...{ namespace: 'team', name: 'reader' },
    annotations: { 'eks.amazonaws.com/role-arn': READER },
    token: async () => 'token-of-reader',
  };

  it.each(fixtures.cases.map(each => [each.name, each] as const))(
    'opens what sops encrypted with %s',
    async (_, { encrypted, decrypted }) => {
      const service = await open({ secret: keys });
      expect(await decryptSopsFile(encrypted, service)).toEqual({
        isWhole: true,
        text: decrypted,
      });
    },
  );

  it('takes the role of the file once, with the keys of the Secret', async () => {
    const service = await open({ secret: keys });
    for (let i = 0; i < 2; i++) {
      expect(await service.decrypt(entry({ role }), { signal })).toEqual(
        DATA_KEY,
      );
    }
    expect(aws.seen).toEqual([
      {
        ...{ operation: 'sts AssumeRole', region: 'eu-west-1' },
        accessKeyId: 'AKIATEAM',
      },
      {
        ...{ operation: 'kms Decrypt', region: 'eu-west-1' },
        accessKeyId: 'ASIA1',
      },
      {
        ...{ operation: 'kms Decrypt', region: 'eu-west-1' },
        accessKeyId: 'ASIA1',
      },
    ]);
  });

  it('asks as a ServiceAccount, in the region of the key', async () => {
    const service = await open({ serviceAccount: account });
    expect(await service.decrypt(entry(), { signal })).toEqual(DATA_KEY);
    expect(aws.seen.map(({ operation }) => operation)).toEqual([
      'sts AssumeRoleWithWebIdentity',
      'kms Decrypt',
    ]);
  });

  it('asks as the portal only where that is allowed', async () => {
    const allowed = await open({}, { portalIdentity: true });
    expect(await allowed.decrypt(entry(), { signal })).toEqual(DATA_KEY);
    const refused = await open({});
    await expect(refused.decrypt(entry(), { signal })).rejects.toMatchObject({
      code: 'GITOPS_SOPS_KEY_CREDENTIAL',
      message: expect.stringContaining('set gitops.aws.portalIdentity'),
    });
  });

  it.each<[string, string, RegExp, { fields?: object; keys?: string }]>([
    [
      'an ARN that is none of a key',
      'GITOPS_SOPS_KEY_ENTRY',
      /^its arn names no key$/,
      { fields: { arn: 'arn:aws:kms:eu-west-1.evil.example/:1:key/k1' } },
    ],
    [
      'a role that is none',
      'GITOPS_SOPS_KEY_ENTRY',
      /^its role is no ARN$/,
      { fields: { role: 'admin' } },
    ],
    [
      'a context that is none',
      'GITOPS_SOPS_KEY_ENTRY',
      /^its context has values that are no text$/,
      { fields: { context: { app: 7 } } },
    ],
    [
      'another context',
      'GITOPS_SOPS_KEY_REFUSED',
      /^AWS did not open it: .*\(InvalidCiphertextException\)$/,
      { fields: { context: { app: 'other' } } },
    ],
    [
      'a key that is gone',
      'GITOPS_SOPS_KEY_REFUSED',
      /^AWS did not open it: Key 'arn:.*\/gone' does not exist \(NotFoundException\)$/,
      { fields: { arn: `${arn}/gone` } },
    ],
    [
      'keys that AWS does not know',
      'GITOPS_SOPS_KEY_REFUSED',
      /^AWS did not open it: The security token included in the request is invalid. \(UnrecognizedClientException\)$/,
      { keys: 'aws_access_key_id: AKIATEAM\naws_secret_access_key: hunter2\n' },
    ],
  ])('is told of %s', async (_, code, message, options) => {
    const service = await open({
      secret: options.keys ? secretOf(options.keys) : keys,
    });
    const attempt = service.decrypt(entry({ ...options.fields }), { signal });
    await expect(attempt).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    await expect(attempt).rejects.not.toThrow('hunter2');
  });

  it('is told of a Secret without keys', async () => {
    await expect(
      open({ secret: secretOf('aws_secret_access_key: hunter2') }),
    ).rejects.toMatchObject({
      code: 'GITOPS_SOPS_KEY_CREDENTIAL',
      message:
        "key 'sops.aws-kms' of Secret team/keys needs aws_access_key_id and aws_secret_access_key",
    });
  });

  it('ends with the delivery', async () => {
    const stop = new AbortController();
    stop.abort(new Error('overtaken'));
    const service = await open({ secret: keys });
    await expect(
      service.decrypt(entry(), { signal: stop.signal }),
    ).rejects.toThrow('overtaken');
  });
});
