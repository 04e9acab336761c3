// Server: a double of the token endpoint of Microsoft Entra and of a registry's
// exchange endpoint; not Azure itself. Certificates are the sandbox's.
import { localConnections } from '@backstage-gitops/plugin-gitops-backend/testUtils';
import {
  CloudServiceAccount,
  HttpClient,
} from '@backstage-gitops/plugin-gitops-node';
import { startS3Server } from '@backstage-gitops/sandbox';
import { FakeEntra } from './__testUtils__/startEntra';
import { AcrCredentialSupplier } from './AcrCredentialSupplier';
import { AzureIdentity } from './AzureIdentity';

jest.setTimeout(60_000);

const { signal } = new AbortController();
const SCOPE = 'https://storage.azure.com/.default';

describe('AzureIdentity', () => {
  let connections: ReturnType<typeof localConnections>;
  let entra: FakeEntra;
  let http: HttpClient;
  const now = () => 1_000_000;

  beforeEach(async () => {
    connections = localConnections();
    http = connections.open();
    entra = await FakeEntra.start();
  });

  afterEach(async () => {
    await connections.close();
    await entra.stop();
  });

  const identity = (portalIdentity = false) =>
    new AzureIdentity({
      portalIdentity,
      authority: entra.url,
      portalCredential: clientId => ({
        getToken: async () => ({
          token: `own ${clientId ?? ''}`.trim(),
          expiresOnTimestamp: 7,
        }),
      }),
    });

  const ofSecret = (data: Record<string, string>, portalIdentity = false) =>
    identity(portalIdentity).ofSecret(
      {
        name: 'team/app',
        data: Object.fromEntries(
          Object.entries(data).map(([name, value]) => [
            name,
            Buffer.from(value),
          ]),
        ),
      },
      { http, signal, now },
    );

  it('asks with the secret of an application', async () => {
    const source = ofSecret({
      tenantId: 'contoso.com',
      clientId: 'app',
      clientSecret: 'secret',
    });
    expect(await source!(SCOPE)).toEqual({
      value: 'of app',
      expiresAt: now() + 3_600_000,
    });
    expect(entra.seen).toEqual([
      {
        path: '/contoso.com/oauth2/v2.0/token',
        form: {
          grant_type: 'client_credentials',
          client_id: 'app',
          client_secret: 'secret',
          scope: SCOPE,
        },
      },
    ]);
  });

  it('asks with the certificate of an application', async () => {
    const server = await startS3Server({ tls: true });
    const { certificate, privateKey } = server.clientCertificate!;
    await server.stop();
    entra.certificate = certificate;
    const source = ofSecret({
      tenantId: 'contoso.com',
      clientId: 'app',
      clientCertificate: `${certificate}\n${privateKey}`,
      clientCertificateSendChain: 'True',
    });
    expect((await source!(SCOPE)).value).toBe('of app');
    const [header, claims] = entra.seen[0].form.client_assertion
      .split('.')
      .slice(0, 2)
      .map(part => JSON.parse(Buffer.from(part, 'base64url').toString()));
    expect(header).toMatchObject({
      alg: 'RS256',
      'x5t#S256': expect.any(String),
      x5c: [expect.any(String)],
    });
    expect(claims).toMatchObject({
      aud: `${entra.url}/contoso.com/oauth2/v2.0/token`,
      iss: 'app',
      sub: 'app',
    });
  });

  it('asks with the token of a ServiceAccount', async () => {
    const asked: (readonly string[])[] = [];
    const account: CloudServiceAccount = {
      namespace: 'team',
      name: 'reader',
      annotations: {
        'azure.workload.identity/tenant-id': 'tenant',
        'azure.workload.identity/client-id': 'reader-app',
      },
      token: async audiences => {
        asked.push(audiences);
        return 'token-of-reader';
      },
    };
    const source = identity().ofServiceAccount(account, { http, signal, now });
    expect((await source(SCOPE)).value).toBe('of reader-app');
    expect(asked).toEqual([['api://AzureADTokenExchange']]);
  });

  it("uses the portal's identities only where that is allowed", async () => {
    expect(await ofSecret({ clientId: 'managed' }, true)!(SCOPE)).toEqual({
      value: 'own managed',
      expiresAt: 7,
    });
    expect((await identity(true).ofPortal()(SCOPE)).value).toBe('own');
    expect(() => identity().ofPortal()).toThrow(
      'set gitops.azure.portalIdentity',
    );
  });

  it('passes over Secrets that describe no application', () => {
    expect(ofSecret({ accountKey: 'x' })).toBeUndefined();
    expect(ofSecret({ tenantId: 't', clientSecret: 's' })).toBeUndefined();
  });

  it.each([
    [{ clientSecret: 'hunter2' }, 'AADSTS7000215: Invalid client secret'],
    [{ clientCertificate: 'hunter2' }, 'failed to parse client certificates'],
    [{ clientSecret: 'secret', tenantId: '../x' }, 'the tenant must be an id'],
    [
      { clientSecret: 'secret', authorityHost: 'http://evil.example' },
      "'authorityHost' must begin with https://",
    ],
    [
      { clientSecret: 'secret', authorityHost: 'https://169.254.169.254' },
      '169.254.169.254 has no address that the portal may connect to',
    ],
  ])('is told of %j', async (data, message) => {
    const attempt = async () =>
      ofSecret({ tenantId: 't', clientId: 'c', ...data })!(SCOPE);
    await expect(attempt()).rejects.toThrow(message);
    await expect(attempt()).rejects.not.toThrow('hunter2');
  });

  it('logs in to registries', async () => {
    const ask = (registry: string, portalIdentity = true) =>
      new AcrCredentialSupplier({
        identity: identity(portalIdentity),
        addressOf: () => entra.url,
      }).credential({ registry, http, signal, now });
    expect(await ask('team.azurecr.io')).toEqual({
      credential: {
        username: '00000000-0000-0000-0000-000000000000',
        password: expect.stringMatching(/^h\./),
      },
      expiresAt: 1_900_000_000_000,
    });
    expect(entra.seen).toEqual([
      {
        path: '/oauth2/exchange',
        form: {
          grant_type: 'access_token',
          service: 'team.azurecr.io',
          access_token: 'own',
        },
      },
    ]);
    expect(await ask('team.azurecr.io.evil.example')).toBeUndefined();
    expect(await ask('ghcr.io')).toBeUndefined();
    await expect(ask('team.azurecr.io', false)).rejects.toThrow(
      'set gitops.azure.portalIdentity',
    );
  });
});
