// Servers: doubles of Azure Key Vault, with RSA-OAEP behind it, and of the token
// endpoint of Microsoft Entra; not Azure itself. The file was written by sops, which
// asked the same double.
import {
  decryptSopsFile,
  localConnections,
} from '@backstage-gitops/plugin-gitops-backend/testUtils';
import {
  CloudServiceAccount,
  SopsKeyServiceRequest,
  SopsMasterKey,
} from '@backstage-gitops/plugin-gitops-node';
import fixture from './__fixtures__/sops.json';
import { FakeEntra } from './__testUtils__/startEntra';
import { FakeKeyVault } from './__testUtils__/startKeyVault';
import { AzureIdentity } from './AzureIdentity';
import { KeyVaultKeyServiceProvider } from './KeyVaultKeyServiceProvider';

jest.setTimeout(60_000);

const { signal } = new AbortController();
const DATA_KEY = Buffer.alloc(32, 7);
const URL_OF_VAULT = 'https://team.vault.azure.net';
const DECRYPT = '/keys/sops/v1/decrypt?api-version=7.4';

describe('KeyVaultKeyServiceProvider', () => {
  let connections: ReturnType<typeof localConnections>;
  let entra: FakeEntra;
  let vault: FakeKeyVault;
  let asked: string[];

  beforeEach(async () => {
    connections = localConnections();
    asked = [];
    entra = await FakeEntra.start();
    vault = await FakeKeyVault.start(fixture.key);
    ['of app', 'of reader-app', 'own managed', 'own'].forEach(token =>
      vault.tokens.add(token),
    );
  });

  afterEach(async () => {
    await connections.close();
    await entra.stop();
    await vault.stop();
  });

  const secretOf = (text: string) => ({
    name: 'team/keys',
    data: { 'sops.azure-kv': Buffer.from(text) },
  });
  const application = secretOf(
    'tenantId: contoso.com\nclientId: app\nclientSecret: secret\n',
  );

  const open = (
    request: Partial<SopsKeyServiceRequest> = {},
    portalIdentity = false,
  ) =>
    new KeyVaultKeyServiceProvider({
      identity: new AzureIdentity({
        ...{ portalIdentity, authority: entra.url },
        portalCredential: clientId => ({
          getToken: async () => ({
            token: `own ${clientId ?? ''}`.trim(),
            expiresOnTimestamp: Date.now() + 3_600_000,
          }),
        }),
      }),
      addressOf: address => {
        asked.push(address);
        return vault.url;
      },
    }).open({
      ...{ namespace: 'team', http: connections.open() },
      ...{ signal, now: Date.now, ...request },
    });

  const entry = (
    fields: Record<string, unknown> = {},
    enc = vault.encrypt(DATA_KEY),
  ): SopsMasterKey => ({
    type: 'azure_kv',
    enc,
    fields: { vault_url: URL_OF_VAULT, name: 'sops', version: 'v1', ...fields },
  });

  it('opens what sops encrypted', async () => {
    const service = await open({ secret: application });
    expect(await decryptSopsFile(fixture.encrypted, service)).toEqual({
      isWhole: true,
      text: fixture.decrypted,
    });
  });

  it('asks as an application, for one token', async () => {
    const service = await open({ secret: application });
    for (let i = 0; i < 2; i++) {
      expect(await service.decrypt(entry(), { signal })).toEqual(DATA_KEY);
    }
    expect(entra.seen.map(({ form }) => form.scope)).toEqual([
      'https://vault.azure.net/.default',
    ]);
    const authorization = 'Bearer of app';
    expect(vault.seen).toEqual([
      { path: DECRYPT, authorization },
      { path: DECRYPT, authorization },
    ]);
    expect(asked).toEqual([URL_OF_VAULT, URL_OF_VAULT]);
  });

  it.each([
    [
      'JSON as az writes it',
      '{"appId":"app","tenant":"t","password":"secret"}',
    ],
    [
      'YAML in UTF-16',
      Buffer.from(
        '\ufefftenantId: t\nclientId: app\nclientSecret: secret\n',
        'utf16le',
      ),
    ],
  ])('reads %s', async (_, content) => {
    const service = await open({
      secret: {
        name: 'team/keys',
        data: { 'sops.azure-kv': Buffer.from(content) },
      },
    });
    expect(await service.decrypt(entry(), { signal })).toEqual(DATA_KEY);
  });

  it('asks as a ServiceAccount', async () => {
    const serviceAccount: CloudServiceAccount = {
      ...{ namespace: 'team', name: 'reader' },
      annotations: {
        'azure.workload.identity/tenant-id': 'tenant',
        'azure.workload.identity/client-id': 'reader-app',
      },
      token: async () => 'token-of-reader',
    };
    const service = await open({ serviceAccount });
    expect(await service.decrypt(entry(), { signal })).toEqual(DATA_KEY);
    expect(vault.seen[0].authorization).toBe('Bearer of reader-app');
  });

  it("uses the portal's identities only where that is allowed", async () => {
    const managed = await open({ secret: secretOf('clientId: managed') }, true);
    expect(await managed.decrypt(entry(), { signal })).toEqual(DATA_KEY);
    const own = await open({}, true);
    expect(await own.decrypt(entry(), { signal })).toEqual(DATA_KEY);
    await expect(open()).rejects.toMatchObject({
      code: 'GITOPS_SOPS_KEY_CREDENTIAL',
      message: expect.stringContaining('set gitops.azure.portalIdentity'),
    });
  });

  it.each([
    ['https://team.vault.azure.cn/', 'https://vault.azure.cn/.default'],
    [
      'https://team.vault.usgovcloudapi.net',
      'https://vault.usgovcloudapi.net/.default',
    ],
    [
      'https://team.managedhsm.azure.net',
      'https://managedhsm.azure.net/.default',
    ],
  ])('asks for a token for %s', async (vault_url, scope) => {
    const service = await open({ secret: application });
    await service.decrypt(entry({ vault_url }), { signal });
    expect(entra.seen[0].form.scope).toBe(scope);
  });

  it.each([
    'https://evil.example',
    'https://team.vault.azure.net.evil.example',
    'http://team.vault.azure.net',
    'https://evil.example/team.vault.azure.net',
    'https://evil.example#.vault.azure.net',
    7,
  ])('sends no token to %s', async vault_url => {
    const service = await open({ secret: application });
    await expect(
      service.decrypt(entry({ vault_url }), { signal }),
    ).rejects.toMatchObject({ code: 'GITOPS_SOPS_KEY_ENTRY' });
    expect([entra.seen, vault.seen]).toEqual([[], []]);
  });

  it.each<[string, string, RegExp, () => SopsMasterKey]>([
    [
      'a name that is none',
      'GITOPS_SOPS_KEY_ENTRY',
      /^its name and version are none of a key$/,
      () => entry({ name: '../secrets/x' }),
    ],
    [
      'a key that is gone',
      'GITOPS_SOPS_KEY_REFUSED',
      /did not open it \(status 404\): A key with that name was not found.$/,
      () => entry({ version: 'v2' }),
    ],
    [
      'a data key of another',
      'GITOPS_SOPS_KEY_REFUSED',
      /did not open it \(status 400\): The parameter is incorrect.$/,
      () => entry({}, Buffer.alloc(256, 1).toString('base64url')),
    ],
  ])('is told of %s', async (_, code, message, key) => {
    const service = await open({ secret: application });
    await expect(service.decrypt(key(), { signal })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it.each([
    [200, '{}'],
    [200, '<html>'],
    [200, '{"value":""}'],
  ] as const)(
    'is told of an answer without a key: %s %s',
    async (status, body) => {
      vault.answer = [status, body];
      const service = await open({ secret: application });
      await expect(service.decrypt(entry(), { signal })).rejects.toMatchObject({
        code: 'GITOPS_SOPS_KEY_ANSWER',
      });
    },
  );

  it.each([
    [
      'nothing to ask with',
      'tenantId: t',
      /of Secret team\/keys: it needs tenantId, clientId/,
    ],
    [
      'a wrong secret',
      'tenantId: t\nclientId: app\nclientSecret: hunter2',
      /of Secret team\/keys: .*Invalid client secret/,
    ],
    [
      'no map',
      'hunter2',
      /^key 'sops.azure-kv' of Secret team\/keys is no map/,
    ],
  ])('is told of a Secret with %s', async (_, content, message) => {
    const attempt = async () => {
      const service = await open({ secret: secretOf(content) });
      return service.decrypt(entry(), { signal });
    };
    await expect(attempt()).rejects.toMatchObject({
      code: 'GITOPS_SOPS_KEY_CREDENTIAL',
      message: expect.stringMatching(message),
    });
    await expect(attempt()).rejects.not.toThrow('hunter2');
  });
});
