import { Bucket, BucketSpec } from '@backstage-gitops/plugin-gitops-common';
import {
  BucketClient,
  BucketOptions,
  BucketProvider,
  FetchContext,
} from '@backstage-gitops/plugin-gitops-node';
import { localPool } from '../../../s3/__testUtils__/servers';
import { openBucket } from './openBucket';

/** Whatever is asked for. */
const ANY_OBJECT: object = {
  metadata: { name: 'x', annotations: { role: 'reader' } },
  data: { username: Buffer.from('u').toString('base64') },
};

/** What the API server refuses already where it knows the rules of the CRD. */
describe('openBucket', () => {
  const pool = localPool();

  afterAll(() => pool.close());

  const open = async (spec: Partial<BucketSpec>) => {
    let given: BucketOptions | undefined;
    let closed = 0;
    const provider: BucketProvider = {
      provider: 'test',
      open: async options => {
        given = options;
        return { close: async () => void (closed += 1) } as BucketClient;
      },
    };
    const context: Partial<FetchContext<Bucket>> = {
      object: {
        spec: { interval: '1m', endpoint: 'e', bucketName: 'b', ...spec },
      } as Bucket,
      namespace: 'team',
      home: {
        name: 'demo',
        get: async () => ANY_OBJECT as never,
        list: async () => [],
        serviceAccountToken: async (name, audiences) =>
          `${name} for ${audiences}`,
      },
      connections: pool,
      signal: new AbortController().signal,
      now: () => 7,
    };
    const client = await openBucket(context as FetchContext<Bucket>, provider);
    await client.close();
    return { given: given!, closed };
  };

  it.each<[Partial<BucketSpec>, string]>([
    [
      { provider: 'gcp', sts: { provider: 'aws', endpoint: 'https://sts' } },
      "STS configuration is not supported for 'gcp' bucket provider",
    ],
    [
      {
        provider: 'generic',
        sts: { provider: 'aws', endpoint: 'https://sts' },
      },
      "STS provider 'aws' is not supported for 'generic' bucket provider",
    ],
    [
      { sts: { provider: 'aws', endpoint: 'https://sts' } },
      "STS provider 'aws' is not supported for 'generic' bucket provider",
    ],
    [
      { provider: 'aws', sts: { provider: 'ldap', endpoint: 'https://sts' } },
      "STS provider 'ldap' is not supported for 'aws' bucket provider",
    ],
    [
      {
        provider: 'aws',
        sts: {
          provider: 'aws',
          endpoint: 'https://sts',
          secretRef: { name: 'x' },
        },
      },
      "spec.sts.secretRef is not required for the 'aws' STS provider",
    ],
    [
      {
        provider: 'aws',
        sts: {
          provider: 'aws',
          endpoint: 'https://sts',
          certSecretRef: { name: 'x' },
        },
      },
      "spec.sts.certSecretRef is not required for the 'aws' STS provider",
    ],
  ])('stalls with InvalidSTSConfiguration: %j', async (spec, message) => {
    await expect(open(spec)).rejects.toMatchObject({
      reason: 'InvalidSTSConfiguration',
      retry: 'stall',
      message,
    });
  });

  it('gives a provider all that references lead to', async () => {
    const { given, closed } = await open({
      provider: 'aws',
      region: 'eu-west-1',
      secretRef: { name: 'keys' },
      serviceAccountName: 'reader',
      sts: { provider: 'aws', endpoint: 'https://sts.amazonaws.com' },
    });
    expect(given).toMatchObject({
      namespace: 'team',
      bucketName: 'b',
      endpoint: 'e',
      region: 'eu-west-1',
      insecure: false,
      secret: { name: 'team/keys' },
      serviceAccount: {
        namespace: 'team',
        name: 'reader',
        annotations: { role: 'reader' },
      },
      sts: { provider: 'aws', endpoint: 'https://sts.amazonaws.com' },
    });
    expect(given.secret?.data.username?.toString()).toBe('u');
    expect(await given.serviceAccount?.token(['sts'])).toBe('reader for sts');
    expect(given.now()).toBe(7);
    expect(closed).toBe(1);
  });
});
