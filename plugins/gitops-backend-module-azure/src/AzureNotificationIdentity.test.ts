// Server: a double of the token endpoint of Microsoft Entra; not Azure itself.
import { localConnections } from '@backstage-gitops/plugin-gitops-backend/testUtils';
import { CloudServiceAccount } from '@backstage-gitops/plugin-gitops-node';
import { FakeEntra } from './__testUtils__/startEntra';
import { AzureIdentity } from './AzureIdentity';
import { AzureNotificationIdentity } from './AzureNotificationIdentity';

const SCOPE = 'https://eventhubs.azure.net/.default';

describe('AzureNotificationIdentity', () => {
  let connections: ReturnType<typeof localConnections>;
  let entra: FakeEntra;

  beforeEach(async () => {
    connections = localConnections();
    entra = await FakeEntra.start();
  });

  afterEach(async () => {
    await connections.close();
    await entra.stop();
  });

  const token = (
    serviceAccount: CloudServiceAccount | undefined,
    portalIdentity: boolean,
  ) =>
    new AzureNotificationIdentity(
      new AzureIdentity({
        ...{ portalIdentity, authority: entra.url },
        portalCredential: () => ({
          getToken: async () => ({ token: 'own', expiresOnTimestamp: 7 }),
        }),
      }),
    ).token({
      ...{ scope: SCOPE, serviceAccount, http: connections.open() },
      ...{ signal: new AbortController().signal, now: () => 1_000 },
    });

  it('asks as the application that a ServiceAccount stands for', async () => {
    const account: CloudServiceAccount = {
      ...{ namespace: 'team', name: 'sender' },
      annotations: {
        'azure.workload.identity/tenant-id': 'tenant',
        'azure.workload.identity/client-id': 'sender-app',
      },
      token: async () => 'token-of-reader',
    };
    expect(await token(account, false)).toEqual({
      value: 'of sender-app',
      expiresAt: 3_601_000,
    });
    expect(entra.seen[0].form).toMatchObject({ scope: SCOPE });
  });

  it('asks as the portal only where that is allowed', async () => {
    expect(await token(undefined, true)).toEqual({
      value: 'own',
      expiresAt: 7,
    });
    await expect(token(undefined, false)).rejects.toThrow(
      'set gitops.azure.portalIdentity',
    );
  });
});
