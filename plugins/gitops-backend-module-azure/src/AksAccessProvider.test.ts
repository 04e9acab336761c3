// Servers: doubles of the token endpoint of Microsoft Entra and of Azure's resource
// manager; not Azure itself.
import { once } from 'node:events';
import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { localConnections } from '@backstage-gitops/plugin-gitops-backend/testUtils';
import {
  CloudServiceAccount,
  ClusterAccessRequest,
} from '@backstage-gitops/plugin-gitops-node';
import { FakeEntra } from './__testUtils__/startEntra';
import { AksAccessProvider } from './AksAccessProvider';
import { AzureIdentity } from './AzureIdentity';

jest.setTimeout(60_000);

const CLUSTER =
  '/subscriptions/12345678-1234-1234-1234-123456789012/resourceGroups/team/providers/Microsoft.ContainerService/managedClusters/production';
const PUBLIC = 'https://production.hcp.westeurope.azmk8s.io:443';
const PRIVATE = 'https://production.privatelink.westeurope.azmk8s.io:443';
const AKS_SCOPE = '6dae42f8-4368-4678-94ff-3960e28e3630/.default';

const base64 = (text: string) => Buffer.from(text).toString('base64');

const kubeconfig = (server: string) => ({
  name: 'clusterUser',
  value: base64(`
apiVersion: v1
kind: Config
current-context: production
contexts:
  - name: production
    context: {cluster: production, user: clusterUser}
clusters:
  - name: other
    cluster: {server: https://other.example, certificate-authority-data: b3RoZXI=}
  - name: production
    cluster:
      server: ${server}
      certificate-authority-data: ${base64(`CA of ${server}`)}
users: []
`),
});

describe('AksAccessProvider', () => {
  let connections: ReturnType<typeof localConnections>;
  let entra: FakeEntra;
  let server: Server;
  let seen: string[];
  let properties: object;
  let kubeconfigs: object[];

  beforeEach(async () => {
    connections = localConnections();
    entra = await FakeEntra.start();
    seen = [];
    properties = { aadProfile: { managed: true } };
    kubeconfigs = [kubeconfig(PUBLIC), kubeconfig(PRIVATE)];
    server = createServer((request, response) => {
      const { method, url, headers } = request;
      seen.push(`${method} ${url}`);
      const isKnown = ['Bearer of deployer-app', 'Bearer own'].includes(
        headers.authorization ?? '',
      );
      const send = (status: number, answer: object) =>
        response.writeHead(status).end(JSON.stringify(answer));
      if (!isKnown) {
        send(401, { error: { message: 'The access token is invalid.' } });
      } else if (url === `${CLUSTER}?api-version=2024-02-01`) {
        send(200, { name: 'production', properties });
      } else if (method === 'POST') {
        send(200, { kubeconfigs });
      } else {
        send(404, { error: { message: 'The resource was not found.' } });
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(async () => {
    await connections.close();
    await entra.stop();
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  });

  const account: CloudServiceAccount = {
    ...{ namespace: 'team', name: 'deployer' },
    annotations: {
      'azure.workload.identity/tenant-id': 'tenant',
      'azure.workload.identity/client-id': 'deployer-app',
    },
    token: async () => 'token-of-reader',
  };

  const access = (
    request: Partial<ClusterAccessRequest> = {},
    portalIdentity = false,
  ) =>
    new AksAccessProvider({
      identity: new AzureIdentity({
        ...{ portalIdentity, authority: entra.url },
        portalCredential: () => ({
          getToken: async () => ({ token: 'own', expiresOnTimestamp: 7 }),
        }),
      }),
      address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    }).access({
      ...{ namespace: 'team', cluster: CLUSTER, audiences: [] },
      ...{ http: connections.open(), now: () => 1_000 },
      ...{ serviceAccount: account, ...request },
      signal: new AbortController().signal,
    });

  it('finds the cluster and logs in as a ServiceAccount', async () => {
    expect(await access()).toEqual({
      connection: {
        server: PUBLIC,
        certificateAuthority: `CA of ${PUBLIC}`,
      },
      credential: { type: 'token', token: 'of deployer-app' },
      expiresAt: new Date(3_601_000),
    });
    expect(seen).toEqual([
      `GET ${CLUSTER}?api-version=2024-02-01`,
      `POST ${CLUSTER}/listClusterUserCredential?api-version=2024-02-01`,
    ]);
    expect(entra.seen.map(({ form }) => form.scope)).toEqual([
      'https://management.azure.com/.default',
      AKS_SCOPE,
    ]);
  });

  it('takes the CA of the address that the ConfigMap names', async () => {
    const { connection } = await access({ address: PRIVATE });
    expect(connection).toEqual({
      server: PRIVATE,
      certificateAuthority: `CA of ${PRIVATE}`,
    });
    await expect(
      access({ address: 'https://evil.example:443' }),
    ).rejects.toThrow(
      `matching the specified address 'https://evil.example:443'. cluster addresses: ['${PUBLIC}', '${PRIVATE}']`,
    );
  });

  it('asks for nothing that the ConfigMap says', async () => {
    await access({
      cluster: undefined,
      address: 'https://10.0.0.1:443',
      certificateAuthority: 'PEM',
    });
    expect(seen).toEqual([]);
    expect(entra.seen.map(({ form }) => form.scope)).toEqual([AKS_SCOPE]);
  });

  it('logs in as the portal only where that is allowed', async () => {
    expect(await access({ serviceAccount: undefined }, true)).toMatchObject({
      credential: { type: 'token', token: 'own' },
    });
    await expect(access({ serviceAccount: undefined })).rejects.toThrow(
      'set gitops.azure.portalIdentity',
    );
  });

  it.each([
    [undefined, "invalid AKS cluster ID: ''. must match "],
    ['production', "invalid AKS cluster ID: 'production'. must match "],
    [`${CLUSTER}?x`, 'invalid AKS cluster ID'],
    [CLUSTER.replace('/team/', '/../'), 'invalid AKS cluster ID'],
    [
      `${CLUSTER}-gone`,
      'told nothing of the cluster (status 404): The resource was not found.',
    ],
  ])('is told of the cluster %s', async (cluster, message) => {
    await expect(access({ cluster })).rejects.toThrow(message);
  });

  it('is told of a cluster without Microsoft Entra', async () => {
    properties = {};
    await expect(access()).rejects.toThrow(
      'does not have Microsoft Entra ID integration enabled',
    );
  });

  it('is told of kubeconfigs that say nothing', async () => {
    kubeconfigs = [{ value: base64('{: hunter2') }];
    await expect(access()).rejects.toThrow(
      /^Azure gave a kubeconfig without address or CA of the cluster$/,
    );
    kubeconfigs = [];
    await expect(access()).rejects.toThrow('no kubeconfig found');
  });
});
