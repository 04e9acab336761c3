// Server: a double of Google's token services and of the JSON API of Cloud
// Storage on loopback; not Google itself.
import {
  bucketOptions,
  localConnections,
} from '@backstage-gitops/plugin-gitops-backend/testUtils';
import {
  BucketClient,
  CloudServiceAccount,
} from '@backstage-gitops/plugin-gitops-node';
import { text } from 'node:stream/consumers';
import { FakeGoogle } from './__testUtils__/startGoogle';
import { GarCredentialSupplier } from './GarCredentialSupplier';
import { GcsBucketProvider } from './GcsBucketProvider';
import { GoogleIdentity } from './GoogleIdentity';

jest.setTimeout(60_000);

const { signal } = new AbortController();
const POOL =
  'projects/123/locations/global/workloadIdentityPools/pool/providers/cluster';

describe('GcsBucketProvider', () => {
  let connections: ReturnType<typeof localConnections>;
  let google: FakeGoogle;
  let time: number;
  let asked: (readonly string[])[];

  beforeEach(async () => {
    connections = localConnections();
    time = Date.now();
    asked = [];
    google = await FakeGoogle.start();
    google.objects.set('app/a b+ü.yaml', 'a');
    google.objects.set('app/b.yaml', 'b');
    google.objects.set('c.yaml', 'c');
  });

  afterEach(async () => {
    await connections.close();
    await google.stop();
  });

  const identity = (
    options: Partial<ConstructorParameters<typeof GoogleIdentity>[0]> = {},
  ) =>
    new GoogleIdentity({
      portalIdentity: false,
      portalToken: async () => 'portal',
      gke: async () => {
        throw new Error('not in GKE');
      },
      addresses: google.addresses,
      ...options,
    });

  const open = (
    options: Partial<Parameters<typeof bucketOptions>[0]>,
    more: Parameters<typeof identity>[0] = {},
  ) =>
    new GcsBucketProvider(identity(more)).open(
      bucketOptions({
        connections,
        bucketName: 'files',
        endpoint: 'storage.googleapis.com',
        now: () => time,
        ...options,
      }),
    );

  const secretOf = (serviceaccount: Buffer | string) => ({
    name: 'team/key',
    data: { serviceaccount: Buffer.from(serviceaccount) },
  });

  const account = (
    annotations: Record<string, string>,
    token = 'token-of-reader',
  ): CloudServiceAccount => ({
    namespace: 'team',
    name: 'reader',
    annotations,
    token: async audiences => {
      asked.push(audiences);
      return token;
    },
  });

  const keysOf = async (client: BucketClient, prefix?: string) => {
    const keys = [];
    for await (const { key } of client.list({ prefix, signal })) {
      keys.push(key);
    }
    return keys;
  };

  it('reads with the key of a service account', async () => {
    const client = await open({ secret: secretOf(google.key()) });
    expect(await client.exists({ signal })).toBe(true);
    google.pageSize = 1;
    expect(await keysOf(client)).toEqual([
      'app/a b+ü.yaml',
      'app/b.yaml',
      'c.yaml',
    ]);
    expect(await keysOf(client, 'app/')).toHaveLength(2);
    const content = await client.read('app/a b+ü.yaml', { signal });
    expect(content?.etag).toBe(google.etagOf('app/a b+ü.yaml'));
    expect(await text(content!.body)).toBe('a');
    expect(await client.read('none', { signal })).toBeUndefined();
    const tokens = () => google.seen.filter(({ path }) => path === '/token');
    expect(tokens()).toHaveLength(1);
    time += 3_590_000;
    expect(await client.exists({ signal })).toBe(true);
    expect(tokens()).toHaveLength(2);
    await client.close();
  });

  it('says that a bucket is not there', async () => {
    const client = await open({
      secret: secretOf(google.key()),
      bucketName: 'nowhere',
    });
    expect(await client.exists({ signal })).toBe(false);
  });

  it('reads as what a ServiceAccount stands for', async () => {
    const client = await open({
      serviceAccount: account({
        'gcp.auth.fluxcd.io/workload-identity-provider': POOL,
      }),
    });
    expect(await client.exists({ signal })).toBe(true);
    expect(asked).toEqual([[`//iam.googleapis.com/${POOL}`]]);
    expect(google.seen[0]).toMatchObject({
      path: '/v1/token',
      form: {
        audience: `//iam.googleapis.com/${POOL}`,
        subject_token: 'token-of-reader',
      },
    });
    expect(google.seen.at(-1)?.authorization).toMatch(/^Bearer federated/);
  });

  it('reads as the service account that a ServiceAccount names', async () => {
    const client = await open(
      {
        serviceAccount: account({
          'iam.gke.io/gcp-service-account':
            'reader@project.iam.gserviceaccount.com',
        }),
      },
      { gke: async () => ({ projectId: 'p', location: 'l', name: 'c' }) },
    );
    expect(await client.exists({ signal })).toBe(true);
    expect(asked).toEqual([['p.svc.id.goog']]);
    expect(google.seen[0].form.audience).toBe(
      'identitynamespace:p.svc.id.goog:https://container.googleapis.com/v1/projects/p/locations/l/clusters/c',
    );
    expect(google.seen[1].path).toBe(
      '/v1/projects/-/serviceAccounts/reader@project.iam.gserviceaccount.com:generateAccessToken',
    );
    expect(google.seen.at(-1)?.authorization).toMatch(/^Bearer impersonated/);
  });

  it('tries again what may pass', async () => {
    const client = await open({ secret: secretOf(google.key()) });
    google.failures.push({ path: /\/o$/, status: 503, times: 1 });
    expect(await keysOf(client)).toHaveLength(3);
    google.failures.push({ path: /\/o$/, status: 403, times: 1 });
    await expect(keysOf(client)).rejects.toThrow(
      'answered listing the bucket with status 403: asked for by a test',
    );
  });

  it.each<[string, () => Parameters<typeof open>, string]>([
    [
      'a Secret without a key',
      () => [{ secret: { name: 'team/key', data: {} } }],
      "invalid 'key' secret data: required fields 'serviceaccount'",
    ],
    [
      'a key that is no JSON',
      () => [{ secret: secretOf('hunter2') }],
      "invalid 'key' secret data: 'serviceaccount' must be the JSON key of a service account, but it is no JSON",
    ],
    [
      'a file that names what is on the host',
      () => [
        {
          secret: secretOf(
            JSON.stringify({
              type: 'external_account',
              credential_source: { file: '/etc/passwd' },
            }),
          ),
        },
      ],
      "its 'type' is not 'service_account'",
    ],
    [
      'a key that is none',
      () => [{ secret: secretOf(google.key({ private_key: 'hunter2' })) }],
      "its 'private_key' is no RSA key in PEM",
    ],
    [
      'a token service that may not be connected to',
      () => [
        {
          secret: secretOf(
            google.key({ token_uri: 'http://169.254.169.254/token' }),
          ),
        },
      ],
      'GCP authentication failed: 169.254.169.254 has no address that the portal may connect to',
    ],
    [
      'an annotation that is no address',
      () => [
        {
          serviceAccount: account({
            'iam.gke.io/gcp-service-account': '../../x',
          }),
        },
      ],
      "invalid iam.gke.io/gcp-service-account annotation: '../../x'. must match",
    ],
    [
      'no annotation outside of GKE',
      () => [{ serviceAccount: account({}) }],
      'GCP authentication failed: not in GKE',
    ],
    [
      'a token that Google refuses',
      () => [
        {
          serviceAccount: account(
            { 'gcp.auth.fluxcd.io/workload-identity-provider': POOL },
            'token-of-nobody',
          ),
        },
      ],
      'status 400: invalid_grant: unknown token',
    ],
    [
      'nobody who asks',
      () => [{}],
      'GCP authentication failed: neither a Secret nor a ServiceAccount is named',
    ],
  ])('is told of %s', async (_, options, message) => {
    const failure = await open(...options()).then(
      () => undefined,
      error => error,
    );
    expect(failure).toMatchObject({
      code: 'GITOPS_SOURCE_FETCH',
      reason: 'AuthenticationFailed',
      message: expect.stringContaining(message),
    });
    expect(failure.message).not.toContain('hunter2');
  });

  it('logs in to registries', async () => {
    const ask = (registry: string, portalIdentity = true) =>
      new GarCredentialSupplier(identity({ portalIdentity })).credential({
        registry,
        http: connections.open(),
        signal,
        now: () => time,
      });
    expect(await ask('europe-docker.pkg.dev')).toEqual({
      credential: { username: 'oauth2accesstoken', password: 'portal' },
      expiresAt: time + 300_000,
    });
    expect(await ask('eu.gcr.io')).toBeDefined();
    expect(await ask('gcr.io.evil.example')).toBeUndefined();
    expect(await ask('ghcr.io')).toBeUndefined();
    await expect(ask('gcr.io', false)).rejects.toThrow(
      'set gitops.gcp.portalIdentity',
    );
  });
});
