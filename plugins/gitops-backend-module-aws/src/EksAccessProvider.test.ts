// Server: a double that speaks the protocols of EKS and of the token service, and
// verifies signatures; not AWS itself.
import { localConnections } from '@backstage-gitops/plugin-gitops-backend/testUtils';
import {
  CloudServiceAccount,
  ClusterAccessRequest,
} from '@backstage-gitops/plugin-gitops-node';
import { FakeAws } from './__testUtils__/startAws';
import { AwsIdentity } from './AwsIdentity';
import { EksAccessProvider } from './EksAccessProvider';

jest.setTimeout(60_000);

const CLUSTER = 'arn:aws:eks:eu-west-1:123456789012:cluster/production';
const SERVER = 'https://ab12.gr7.eu-west-1.eks.amazonaws.com';
const PEM = '-----BEGIN CERTIFICATE-----';

describe('EksAccessProvider', () => {
  let connections: ReturnType<typeof localConnections>;
  let aws: FakeAws;
  let asked: (readonly string[])[];

  beforeEach(async () => {
    connections = localConnections();
    asked = [];
    aws = await FakeAws.start();
    aws.users.push({ accessKeyId: 'AKIAPORTAL', secretAccessKey: 'hunter2' });
    aws.clusters.set('production', {
      endpoint: SERVER,
      certificateAuthority: { data: Buffer.from(PEM).toString('base64') },
    });
  });

  afterEach(async () => {
    await connections.close();
    await aws.stop();
  });

  const account: CloudServiceAccount = {
    ...{ namespace: 'team', name: 'deployer' },
    annotations: {
      'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/deployer',
    },
    token: async audiences => {
      asked.push(audiences);
      return 'token-of-deployer';
    },
  };

  const access = (
    request: Partial<ClusterAccessRequest>,
    portalIdentity = false,
  ) =>
    new EksAccessProvider({
      identity: new AwsIdentity({
        ...{ portalIdentity, stsAddress: aws.url },
        portalCredentials: async () => aws.users[0],
      }),
      address: aws.url,
    }).access({
      ...{ namespace: 'team', cluster: CLUSTER, audiences: [] },
      ...{ http: connections.open(), now: Date.now, ...request },
      signal: new AbortController().signal,
    });

  it('finds the cluster and logs in as a ServiceAccount', async () => {
    const before = Date.now();
    const { connection, credential, expiresAt } = await access({
      serviceAccount: account,
    });
    expect(connection).toEqual({ server: SERVER, certificateAuthority: PEM });
    expect(asked).toEqual([['sts.amazonaws.com']]);
    expect(aws.seen.map(({ operation }) => operation)).toEqual([
      'sts AssumeRoleWithWebIdentity',
      'eks DescribeCluster',
    ]);
    expect(expiresAt!.getTime() - before).toBeGreaterThanOrEqual(900_000);
    expect(expiresAt!.getTime() - Date.now()).toBeLessThanOrEqual(900_000);
    expect(
      await aws.callerOf(credential.type === 'token' ? credential.token : ''),
    ).toEqual({
      host: 'sts.eu-west-1.amazonaws.com',
      cluster: 'production',
      accessKeyId: 'ASIA1',
    });
  });

  it('asks for nothing that the ConfigMap says', async () => {
    const { connection } = await access({
      serviceAccount: account,
      address: 'https://10.0.0.1:443',
      certificateAuthority: 'PEM',
    });
    expect(connection).toEqual({
      server: 'https://10.0.0.1:443',
      certificateAuthority: 'PEM',
    });
    expect(aws.seen.map(({ operation }) => operation)).toEqual([
      'sts AssumeRoleWithWebIdentity',
    ]);
  });

  it('takes an address from the ConfigMap and looks the CA up', async () => {
    const { connection } = await access({
      serviceAccount: account,
      address: 'https://10.0.0.1:443',
    });
    expect(connection).toEqual({
      server: 'https://10.0.0.1:443',
      certificateAuthority: PEM,
    });
  });

  it('logs in as the portal only where that is allowed', async () => {
    const { credential } = await access({}, true);
    expect(
      await aws.callerOf(credential.type === 'token' ? credential.token : ''),
    ).toMatchObject({ accessKeyId: 'AKIAPORTAL' });
    await expect(access({})).rejects.toThrow('set gitops.aws.portalIdentity');
  });

  it.each([
    [undefined, "invalid EKS cluster ARN: ''. must match "],
    ['production', "invalid EKS cluster ARN: 'production'. must match "],
    [
      'arn:aws:eks:eu-west-1:123456789012:cluster/gone',
      'No cluster found for name: gone.',
    ],
  ])('is told of the cluster %s', async (cluster, message) => {
    await expect(access({ cluster, serviceAccount: account })).rejects.toThrow(
      message,
    );
  });

  it('is told of a cluster that is not ready', async () => {
    aws.clusters.set('production', {
      endpoint: '',
      certificateAuthority: { data: '' },
    });
    await expect(access({ serviceAccount: account })).rejects.toThrow(
      "AWS told neither address nor CA of EKS cluster 'production'",
    );
  });

  it('signs for the token service of the partition', async () => {
    aws.clusters.set('production', {
      endpoint: SERVER,
      certificateAuthority: { data: Buffer.from(PEM).toString('base64') },
    });
    const { credential } = await access({
      serviceAccount: account,
      cluster: 'arn:aws-cn:eks:cn-north-1:123456789012:cluster/production',
    });
    expect(
      await aws.callerOf(credential.type === 'token' ? credential.token : ''),
    ).toMatchObject({ host: 'sts.cn-north-1.amazonaws.com.cn' });
  });
});
