// Server: a double of Vault's transit engine, with real AES-GCM behind it; not Vault
// itself. The files were written by sops, which asked the same double.
import {
  CloudServiceAccount,
  HttpClient,
  SopsKeyServiceRequest,
  SopsMasterKey,
} from '@backstage-gitops/plugin-gitops-node';
import { HttpPool } from '../../../net/HttpPool';
import { NetworkGuard } from '../../../net/NetworkGuard';
import others from '../__fixtures__/files.json';
import { AgeKeyService } from '../AgeKeyService';
import { decryptDocument } from '../decryptDocument';
import { openDataKey } from '../openDataKey';
import { readDocument } from '../readDocument';
import { SopsFormat } from '../SopsDocument';
import fixtures from './__fixtures__/files.json';
import { FakeVault } from './__testUtils__/startVault';
import { VaultSettings } from './VaultKeyService';
import { VaultKeyServiceProvider } from './VaultKeyServiceProvider';

const { signal } = new AbortController();
const TOKEN = 'hvs.of-the-team';
const DATA_KEY = Buffer.alloc(32, 7);

describe('VaultKeyServiceProvider', () => {
  let pool: HttpPool;
  let http: HttpClient;
  let vault: FakeVault;

  beforeEach(async () => {
    pool = new HttpPool({ guard: new NetworkGuard({ allow: ['127.0.0.1'] }) });
    http = pool.open();
    vault = await FakeVault.start({
      key: Buffer.from(fixtures.transitKey, 'base64'),
    });
    vault.tokens.add(TOKEN);
  });

  afterEach(async () => {
    await pool.close();
    await vault.stop();
  });

  const secretWith = (token: string) => ({
    name: 'team/keys',
    data: { 'sops.vault-token': Buffer.from(token) },
  });

  const open = (
    request: Partial<SopsKeyServiceRequest> = {},
    settings: Partial<VaultSettings> = {},
  ) =>
    new VaultKeyServiceProvider({
      ...{ addresses: [vault.url], logins: [] },
      ...settings,
    }).open({ namespace: 'team', http, signal, now: Date.now, ...request });

  const account = (token: string): CloudServiceAccount => ({
    ...{ namespace: 'team', name: 'reader', annotations: {} },
    token: async audiences => `${token} for ${audiences.join()}`,
  });

  /** An entry as the double would have made it. */
  const entry = async (
    fields: Record<string, unknown> = {},
    enc?: string,
  ): Promise<SopsMasterKey> => ({
    type: 'hc_vault',
    enc: enc ?? vault.encrypt(DATA_KEY),
    fields: {
      ...{ vault_address: vault.url, engine_path: 'transit' },
      ...{ key_name: 'sops', ...fields },
    },
  });

  const found = (name: string, format: string) =>
    fixtures.cases.find(each => each.name === name && each.format === format)!;

  const age = () => {
    const service = new AgeKeyService();
    service.add(others.identities[0], 'identity.agekey');
    return service;
  };

  const decrypt = async (
    name: string,
    format: string,
    ...services: Parameters<typeof openDataKey>[1][number][]
  ) => {
    const { encrypted } = found(name, format);
    const document = readDocument(
      Buffer.from(encrypted.replaceAll(fixtures.address, vault.url)),
      format as SopsFormat,
    );
    const key = await openDataKey(document.metadata, services, { signal });
    const { isWhole } = decryptDocument(document, key);
    return { isWhole, text: document.write(format as SopsFormat).toString() };
  };

  it.each(fixtures.cases.map(each => [each.name, each.format] as const))(
    'opens what sops encrypted: %s, %s',
    async (name, format) => {
      const service = await open({ secret: secretWith(`${TOKEN}\n`) });
      expect(await decrypt(name, format, age(), service)).toEqual({
        isWhole: true,
        text: found(name, format).decrypted,
      });
    },
  );

  it('asks as sops does', async () => {
    const service = await open({ secret: secretWith(TOKEN) });
    const key = await entry();
    expect(await service.decrypt(key, { signal })).toEqual(DATA_KEY);
    expect(vault.seen).toEqual([
      {
        method: 'PUT',
        path: '/v1/transit/decrypt/sops',
        headers: expect.objectContaining({
          'x-vault-token': TOKEN,
          'x-vault-request': 'true',
        }),
        body: { ciphertext: key.enc },
      },
    ]);
  });

  it('is not asked where another key opens the file', async () => {
    const service = await open({ secret: secretWith(TOKEN) });
    const { isWhole } = await decrypt('age-or-vault', 'yaml', service, age());
    expect(isWhole).toBe(true);
    expect(vault.seen).toEqual([]);
  });

  it('gives one part of a split key only', async () => {
    const service = await open({ secret: secretWith(TOKEN) });
    await expect(
      decrypt('age-and-vault', 'yaml', service),
    ).rejects.toMatchObject({ code: 'SOPS_KEY' });
    await expect(decrypt('age-and-vault', 'yaml', age())).rejects.toMatchObject(
      { code: 'SOPS_KEY' },
    );
  });

  it('logs in as a ServiceAccount, once for all data keys', async () => {
    vault.knows = (role, jwt) =>
      role === 'team_reader' && jwt === `signed for ${vault.url}`;
    const service = await open(
      { serviceAccount: account('signed') },
      {
        addresses: [],
        logins: [{ address: vault.url, path: 'auth/kubernetes/login' }],
      },
    );
    for (let i = 0; i < 2; i++) {
      expect(await service.decrypt(await entry(), { signal })).toEqual(
        DATA_KEY,
      );
    }
    expect(vault.seen.map(({ path }) => path)).toEqual([
      '/v1/auth/kubernetes/login',
      '/v1/transit/decrypt/sops',
      '/v1/transit/decrypt/sops',
    ]);
  });

  it('uses the token of the Secret rather than a login', async () => {
    const service = await open(
      { secret: secretWith(TOKEN), serviceAccount: account('signed') },
      { logins: [{ address: vault.url, path: 'auth/kubernetes/login' }] },
    );
    await service.decrypt(await entry(), { signal });
    expect(vault.seen.map(({ path }) => path)).toEqual([
      '/v1/transit/decrypt/sops',
    ]);
  });

  it.each<
    [string, string, RegExp, Partial<Parameters<typeof tryOne>[0]> | undefined]
  >([
    [
      'a server that nobody allowed',
      'GITOPS_SOPS_KEY_NOT_ALLOWED',
      /^the portal does not ask https:\/\/evil.example; add it to gitops.kustomize.vaultAddresses$/,
      { fields: { vault_address: 'https://evil.example' } },
    ],
    [
      'an address that is none',
      'GITOPS_SOPS_KEY_ENTRY',
      /vault_address is no address/,
      { fields: { vault_address: 'vault' } },
    ],
    [
      'a path that leads out of the engine',
      'GITOPS_SOPS_KEY_ENTRY',
      /key_name is no path/,
      { fields: { key_name: '../../secret/data/x' } },
    ],
    [
      'no token',
      'GITOPS_SOPS_KEY_CREDENTIAL',
      /^there is no token for http:.*; add 'sops.vault-token' to the Secret of spec.decryption.secretRef$/,
      { token: '' },
    ],
    [
      'a token that it refuses',
      'GITOPS_SOPS_KEY_REFUSED',
      /answered with status 403: permission denied$/,
      { token: 'hunter2' },
    ],
    [
      'a data key of another',
      'GITOPS_SOPS_KEY_REFUSED',
      /answered with status 400: cipher: message authentication failed$/,
      { enc: `vault:v1:${Buffer.alloc(60).toString('base64')}` },
    ],
    [
      'no data key at all',
      'GITOPS_SOPS_KEY_REFUSED',
      /answered with status 400: invalid ciphertext: no prefix$/,
      { enc: 'x' },
    ],
    [
      'an error with the token in it',
      'GITOPS_SOPS_KEY_REFUSED',
      /answered with status 500: … is bad$/,
      { answer: [500, `{"errors":["${TOKEN} is\\u0000bad"]}`] },
    ],
    [
      'a server that sends it elsewhere',
      'GITOPS_SOPS_KEY_ANSWER',
      /leads elsewhere \(status 307\)/,
      { answer: [307, ''] },
    ],
    [
      'something that is not Vault',
      'GITOPS_SOPS_KEY_ANSWER',
      /did not answer as Vault does$/,
      { answer: [200, '<html>'] },
    ],
    [
      'an answer without a key',
      'GITOPS_SOPS_KEY_ANSWER',
      /answered without a data key$/,
      { answer: [200, '{"data":{"plaintext":7}}'] },
    ],
  ])('is told of %s', async (_, code, message, options) => {
    const attempt = tryOne(options);
    await expect(attempt).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    await expect(attempt).rejects.not.toThrow(/hunter2|hvs\./);
  });

  it('is told of a login that Vault refuses', async () => {
    const service = await open(
      { serviceAccount: account('signed') },
      { logins: [{ address: vault.url, path: '/auth/kubernetes/login' }] },
    );
    await expect(service.decrypt(await entry(), { signal })).rejects.toThrow(
      'answered with status 403: permission denied',
    );
  });

  it('is told of addresses that the portal must not connect to', async () => {
    const address = 'http://169.254.169.254';
    const service = await open(
      { secret: secretWith(TOKEN) },
      { addresses: [address] },
    );
    await expect(
      service.decrypt(await entry({ vault_address: address }), { signal }),
    ).rejects.toMatchObject({ code: 'GITOPS_NETWORK_REFUSED' });
  });

  it('ends with the delivery', async () => {
    const stop = new AbortController();
    vault.answer = () => {
      stop.abort(new Error('overtaken'));
      return [200, '{}'];
    };
    const service = await open({ secret: secretWith(TOKEN) });
    await expect(
      service.decrypt(await entry(), { signal: stop.signal }),
    ).rejects.toThrow('overtaken');
  });

  async function tryOne({
    token = TOKEN,
    fields,
    enc,
    answer,
  }: {
    token?: string;
    fields?: Record<string, unknown>;
    enc?: string;
    answer?: [number, string];
  } = {}) {
    vault.answer = answer && (() => answer);
    const service = await open({ secret: secretWith(token) });
    return service.decrypt(await entry(fields, enc), { signal });
  }
});
