// Server: a double of Google's token services and of the API of GKE on loopback; not
// Google itself.
import { localConnections } from '@backstage-gitops/plugin-gitops-backend/testUtils';
import {
  CloudServiceAccount,
  ClusterAccessRequest,
} from '@backstage-gitops/plugin-gitops-node';
import { FakeGoogle } from './__testUtils__/startGoogle';
import { GkeAccessProvider } from './GkeAccessProvider';
import { GoogleIdentity } from './GoogleIdentity';

jest.setTimeout(60_000);

const CLUSTER = 'projects/team/locations/europe-west1/clusters/production';
const PEM = '-----BEGIN CERTIFICATE-----';
const POOL =
  'projects/123/locations/global/workloadIdentityPools/pool/providers/cluster';

describe('GkeAccessProvider', () => {
  let connections: ReturnType<typeof localConnections>;
  let google: FakeGoogle;

  beforeEach(async () => {
    connections = localConnections();
    google = await FakeGoogle.start();
    google.clusters.set(CLUSTER, {
      endpoint: '203.0.113.7',
      masterAuth: { clusterCaCertificate: Buffer.from(PEM).toString('base64') },
    });
  });

  afterEach(async () => {
    await connections.close();
    await google.stop();
  });

  const account: CloudServiceAccount = {
    ...{ namespace: 'team', name: 'deployer' },
    annotations: { 'gcp.auth.fluxcd.io/workload-identity-provider': POOL },
    token: async () => 'token-of-reader',
  };

  const access = (
    request: Partial<ClusterAccessRequest>,
    portalIdentity = false,
  ) =>
    new GkeAccessProvider(
      new GoogleIdentity({
        ...{ portalIdentity, addresses: google.addresses },
        portalToken: async () => 'token-of-portal',
      }),
    ).access({
      ...{ namespace: 'team', cluster: CLUSTER, audiences: [] },
      ...{ http: connections.open(), now: () => 1_000, ...request },
      signal: new AbortController().signal,
    });

  it('finds the cluster and logs in as a ServiceAccount', async () => {
    expect(await access({ serviceAccount: account })).toEqual({
      connection: { server: '203.0.113.7', certificateAuthority: PEM },
      credential: { type: 'token', token: expect.stringMatching('federated') },
      expiresAt: new Date(3_601_000),
    });
    expect(google.seen.map(({ path }) => path)).toEqual([
      '/v1/token',
      `/v1/${CLUSTER}`,
    ]);
  });

  it('asks for nothing that the ConfigMap says', async () => {
    const connection = {
      server: 'https://10.0.0.1:443',
      certificateAuthority: 'PEM',
    };
    expect(
      await access({
        serviceAccount: account,
        cluster: undefined,
        address: connection.server,
        certificateAuthority: 'PEM',
      }),
    ).toMatchObject({ connection });
    expect(google.seen.map(({ path }) => path)).toEqual(['/v1/token']);
  });

  it('logs in as the portal only where that is allowed', async () => {
    google.take('token-of-portal');
    expect(await access({}, true)).toMatchObject({
      credential: { type: 'token', token: 'token-of-portal' },
    });
    await expect(access({})).rejects.toThrow('set gitops.gcp.portalIdentity');
  });

  it.each([
    [undefined, "invalid GKE cluster ID: ''. must match "],
    ['production', "invalid GKE cluster ID: 'production'. must match "],
    ['projects/../locations/x/clusters/y', 'invalid GKE cluster ID'],
    [`${CLUSTER}?x`, 'invalid GKE cluster ID'],
    [`${CLUSTER}-gone`, 'with status 404: Not found: the cluster.'],
  ])('is told of the cluster %s', async (cluster, message) => {
    await expect(access({ cluster, serviceAccount: account })).rejects.toThrow(
      message,
    );
  });

  it('is told of a cluster that is not ready', async () => {
    google.clusters.set(CLUSTER, { name: 'production' });
    await expect(access({ serviceAccount: account })).rejects.toThrow(
      'Google told neither address nor CA of GKE cluster',
    );
  });
});
