// Server: a double of Google's token services on loopback; not Google itself.
import { localConnections } from '@backstage-gitops/plugin-gitops-backend/testUtils';
import {
  CloudServiceAccount,
  NotificationIdentity,
} from '@backstage-gitops/plugin-gitops-node';
import { FakeGoogle } from './__testUtils__/startGoogle';
import { GoogleIdentity } from './GoogleIdentity';
import { GoogleNotificationIdentity } from './GoogleNotificationIdentity';

const SCOPE = 'https://www.googleapis.com/auth/pubsub';
const POOL =
  'projects/123/locations/global/workloadIdentityPools/pool/providers/cluster';

describe('GoogleNotificationIdentity', () => {
  let connections: ReturnType<typeof localConnections>;
  let google: FakeGoogle;

  beforeEach(async () => {
    connections = localConnections();
    google = await FakeGoogle.start();
  });

  afterEach(async () => {
    await connections.close();
    await google.stop();
  });

  const token = (
    request: Partial<Parameters<NotificationIdentity['token']>[0]>,
    portalIdentity = false,
  ) =>
    new GoogleNotificationIdentity(
      new GoogleIdentity({
        ...{ portalIdentity, addresses: google.addresses },
        portalToken: async () => 'token-of-portal',
      }),
    ).token({
      ...{ scope: SCOPE, http: connections.open(), now: Date.now },
      ...{ signal: new AbortController().signal, ...request },
    });

  const account: CloudServiceAccount = {
    ...{ namespace: 'team', name: 'sender' },
    annotations: { 'gcp.auth.fluxcd.io/workload-identity-provider': POOL },
    token: async () => 'token-of-reader',
  };

  it('asks with the key of a Secret before all else', async () => {
    const credentials = google.key().toString();
    expect(await token({ credentials, serviceAccount: account })).toMatchObject(
      { value: expect.stringMatching(/^key-/) },
    );
    const [, claims] = google.seen[0].form.assertion.split('.');
    expect(
      JSON.parse(Buffer.from(claims, 'base64url').toString()),
    ).toMatchObject({ scope: SCOPE });
  });

  it('asks as a ServiceAccount', async () => {
    expect(await token({ serviceAccount: account })).toMatchObject({
      value: expect.stringMatching(/^federated-/),
    });
  });

  it('asks as the portal only where that is allowed', async () => {
    expect(await token({}, true)).toMatchObject({ value: 'token-of-portal' });
    await expect(token({})).rejects.toThrow('set gitops.gcp.portalIdentity');
  });

  it('refuses files of other kinds', async () => {
    await expect(
      token({ credentials: '{"type":"external_account"}' }),
    ).rejects.toThrow("its 'type' is not 'service_account'");
  });
});
