// Server: a double of Google's token services and of Cloud KMS on loopback; not Google
// itself. The file was written by sops, which asked the same double.
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
import { FakeGoogle } from './__testUtils__/startGoogle';
import { CloudKmsKeyServiceProvider } from './CloudKmsKeyServiceProvider';
import { GoogleIdentity } from './GoogleIdentity';

jest.setTimeout(60_000);

const { signal } = new AbortController();
const { resource } = fixture;
const DATA_KEY = Buffer.alloc(32, 7);
const KMS = `/v1/${resource}:decrypt`;
const POOL =
  'projects/123/locations/global/workloadIdentityPools/pool/providers/cluster';

describe('CloudKmsKeyServiceProvider', () => {
  let connections: ReturnType<typeof localConnections>;
  let google: FakeGoogle;

  beforeEach(async () => {
    connections = localConnections();
    google = await FakeGoogle.start();
    google.kmsKeys.set(resource, Buffer.from(fixture.key, 'base64'));
  });

  afterEach(async () => {
    await connections.close();
    await google.stop();
  });

  const secretOf = (key: Buffer | string) => ({
    name: 'team/keys',
    data: { 'sops.gcp-kms': Buffer.from(key) },
  });

  const open = (
    request: Partial<SopsKeyServiceRequest> = {},
    portalIdentity = false,
  ) =>
    new CloudKmsKeyServiceProvider(
      new GoogleIdentity({
        ...{ portalIdentity, addresses: google.addresses },
        portalToken: async () => 'token-of-portal',
      }),
    ).open({
      ...{ namespace: 'team', http: connections.open() },
      ...{ signal, now: Date.now, ...request },
    });

  const entry = (
    resource_id: unknown = resource,
    enc = google.encrypt(resource, DATA_KEY).toString('base64'),
  ): SopsMasterKey => ({ type: 'gcp_kms', enc, fields: { resource_id } });

  it('opens what sops encrypted', async () => {
    const service = await open({ secret: secretOf(google.key()) });
    expect(await decryptSopsFile(fixture.encrypted, service)).toEqual({
      isWhole: true,
      text: fixture.decrypted,
    });
  });

  it('asks with the key of a service account, for one token', async () => {
    const service = await open({ secret: secretOf(google.key()) });
    for (let i = 0; i < 2; i++) {
      expect(await service.decrypt(entry(), { signal })).toEqual(DATA_KEY);
    }
    expect(google.seen.map(({ path }) => path)).toEqual(['/token', KMS, KMS]);
    const [, claims] = google.seen[0].form.assertion.split('.');
    expect(
      JSON.parse(Buffer.from(claims, 'base64url').toString()),
    ).toMatchObject({ scope: 'https://www.googleapis.com/auth/cloudkms' });
  });

  it('asks as a ServiceAccount', async () => {
    const serviceAccount: CloudServiceAccount = {
      ...{ namespace: 'team', name: 'reader' },
      annotations: {
        'gcp.auth.fluxcd.io/workload-identity-provider': POOL,
      },
      token: async () => 'token-of-reader',
    };
    const service = await open({ serviceAccount });
    expect(await service.decrypt(entry(), { signal })).toEqual(DATA_KEY);
    expect(google.seen.map(({ path }) => path)).toEqual(['/v1/token', KMS]);
  });

  it('asks as the portal only where that is allowed', async () => {
    google.take('token-of-portal');
    const allowed = await open({}, true);
    expect(await allowed.decrypt(entry(), { signal })).toEqual(DATA_KEY);
    const refused = await open();
    await expect(refused.decrypt(entry(), { signal })).rejects.toMatchObject({
      code: 'GITOPS_SOPS_KEY_CREDENTIAL',
      message: expect.stringContaining('set gitops.gcp.portalIdentity'),
    });
  });

  it.each<[string, string, RegExp, { resource?: string; enc?: string }]>([
    [
      'a name that is none of a key',
      'GITOPS_SOPS_KEY_ENTRY',
      /^its resource_id names no key of Cloud KMS$/,
      { resource: 'projects/../locations/x/keyRings/y/cryptoKeys/z' },
    ],
    [
      'a name with a query',
      'GITOPS_SOPS_KEY_ENTRY',
      /^its resource_id names no key of Cloud KMS$/,
      { resource: `${resource}?x` },
    ],
    [
      'a key that is gone',
      'GITOPS_SOPS_KEY_REFUSED',
      /answered the data key with status 404: CryptoKey projects\/.* not found.$/,
      { resource: `${resource}-gone` },
    ],
    [
      'a data key of another',
      'GITOPS_SOPS_KEY_REFUSED',
      /status 400: Decryption failed: the ciphertext is invalid.$/,
      { enc: Buffer.alloc(60).toString('base64') },
    ],
  ])('is told of %s', async (_, code, message, options) => {
    const service = await open({ secret: secretOf(google.key()) });
    await expect(
      service.decrypt(entry(options.resource, options.enc), { signal }),
    ).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ['no JSON', 'hunter2'],
    ['another kind of credential', '{"type":"external_account","x":"hunter2"}'],
    ['no key', '{"type":"service_account","client_email":"hunter2"}'],
  ])('is told of a Secret with %s', async (_, content) => {
    const service = await open({ secret: secretOf(content) });
    const attempt = service.decrypt(entry(), { signal });
    await expect(attempt).rejects.toMatchObject({
      code: 'GITOPS_SOPS_KEY_CREDENTIAL',
      message: expect.stringMatching(
        /^key 'sops.gcp-kms' of Secret team\/keys must be the JSON key of a service account, but /,
      ),
    });
    await expect(attempt).rejects.not.toThrow('hunter2');
  });

  it('is told of an answer without a key', async () => {
    google.failures.push({ path: /decrypt$/, status: 200, times: 1 });
    const service = await open({ secret: secretOf(google.key()) });
    await expect(service.decrypt(entry(), { signal })).rejects.toMatchObject({
      code: 'GITOPS_SOPS_KEY_ANSWER',
    });
  });
});
