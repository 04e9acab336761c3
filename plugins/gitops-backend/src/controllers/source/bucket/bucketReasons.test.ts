// Servers: the sandbox's S3 server with its token service, and its Kubernetes API;
// proxies of the tests.
import { SandboxS3, startS3Server } from '@backstage-gitops/sandbox';
import { BucketSpec } from '@backstage-gitops/plugin-gitops-common';
import { BucketProvider } from '@backstage-gitops/plugin-gitops-node';
import { Readable } from 'node:stream';
import { migratedDatabases } from '../../../__testUtils__/databases';
import { readyOf, World } from '../../../__testUtils__/world';
import {
  startHttpProxy,
  startSocksProxy,
  TestProxy,
} from '../../../net/testing/startProxies';
import { BucketWorld, textOf } from './__testUtils__/bucketWorld';

jest.setTimeout(120_000);

interface Row {
  what: string;
  spec?: () => Partial<BucketSpec>;
  before?: () => void;
  reason: string;
  message: string | RegExp;
  /** Whether only a change of the object brings another attempt. */
  stalled?: boolean;
}

/** The reasons of section 7 of the reference, and of what all sources share. */
describe('What a Bucket says', () => {
  const init = migratedDatabases();
  let world: World;
  let buckets: BucketWorld;
  let server: SandboxS3;
  let secure: SandboxS3;
  let httpProxy: TestProxy;
  let socksProxy: TestProxy;

  let closed = 0;
  const azure: BucketProvider = {
    provider: 'azure',
    open: async ({ namespace, bucketName }) => ({
      exists: async () => true,
      list: async function* list() {
        yield { key: 'from/azure.yaml', etag: 'e', size: 3 };
      },
      read: async key =>
        key === '.sourceignore'
          ? undefined
          : { etag: 'e', body: Readable.from([`${namespace}/${bucketName}`]) },
      close: async () => {
        closed += 1;
      },
    }),
  };

  beforeAll(async () => {
    world = await World.start();
    buckets = new BucketWorld(world);
    await world.startPortal(await init('SQLITE_3'), {
      bucketProviders: [azure],
    });
    await world.untilKinds('buckets.source.toolkit.fluxcd.io');
    server = await startS3Server();
    secure = await startS3Server({ tls: true, clientCertificates: true });
    server.allowLdap('ann', 'hunter2');
    httpProxy = await startHttpProxy();
    socksProxy = await startSocksProxy();
    const { accessKeyId: accesskey, secretAccessKey: secretkey } = server;
    const { certificate, privateKey } = secure.clientCertificate!;
    const secrets: Record<string, Record<string, string>> = {
      keys: { accesskey, secretkey },
      half: { accesskey },
      empty: { accesskey: '', secretkey: '' },
      ldap: { username: 'ann', password: 'hunter2' },
      'wrong-ldap': { username: 'ann', password: 'hunter3' },
      'half-ldap': { username: 'ann' },
      tls: {
        'ca.crt': secure.caPem!,
        'tls.crt': certificate,
        'tls.key': privateKey,
      },
      'no-proxy': { address: 'ftp://proxy' },
      'http-proxy': { address: httpProxy.address },
      'socks-proxy': { address: socksProxy.address },
    };
    for (const [name, data] of Object.entries(secrets)) {
      await buckets.secret(name, data);
    }
  });

  afterAll(async () => {
    await world?.stop();
    await server?.stop();
    await secure?.stop();
    await httpProxy?.stop();
    await socksProxy?.stop();
  });

  afterEach(async () => {
    server.faults.clear();
    await buckets.removeAll();
  });

  const objects = { 'a.yaml': 'a', 'b.yaml': 'b' };

  const good: Pick<Row, 'what' | 'spec'>[] = [
    {
      what: 'keys of a Secret',
    },
    {
      what: 'a bucket that is open to all',
      spec: () => ({ secretRef: undefined, bucketName: 'open' }),
    },
    {
      what: 'empty keys, which stand for nobody',
      spec: () => ({ secretRef: { name: 'empty' }, bucketName: 'open' }),
    },
    {
      what: 'provider aws with keys of a Secret',
      spec: () => ({ provider: 'aws' }),
    },
    {
      what: 'credentials by LDAP',
      spec: () => ({
        secretRef: undefined,
        sts: {
          provider: 'ldap',
          endpoint: server.url,
          secretRef: { name: 'ldap' },
        },
      }),
    },
    {
      what: 'certificates of a Secret',
      spec: () => ({
        insecure: false,
        endpoint: secure.endpoint,
        certSecretRef: { name: 'tls' },
      }),
    },
    {
      what: 'an HTTP proxy and certificates',
      spec: () => ({
        insecure: false,
        endpoint: secure.endpoint,
        certSecretRef: { name: 'tls' },
        proxySecretRef: { name: 'http-proxy' },
      }),
    },
    {
      what: 'a SOCKS proxy',
      spec: () => ({ proxySecretRef: { name: 'socks-proxy' } }),
    },
  ];

  const bad: Row[] = [
    {
      what: 'no bucket',
      spec: () => ({ bucketName: 'nowhere' }),
      reason: 'BucketOperationFailed',
      message: "bucket 'nowhere' not found",
    },
    {
      what: 'no access',
      spec: () => ({ secretRef: undefined }),
      reason: 'BucketOperationFailed',
      message:
        /^failed to confirm existence of 'files' bucket: 127\.0\.0\.1:\d+ answered .* status 403/,
    },
    {
      what: 'a server that is not trusted',
      spec: () => ({ insecure: false, endpoint: secure.endpoint }),
      reason: 'BucketOperationFailed',
      message: /^failed to confirm existence of 'files' bucket: .*certificate/,
    },
    {
      what: 'an address that is refused',
      spec: () => ({ endpoint: '169.254.169.254' }),
      reason: 'BucketOperationFailed',
      message:
        /^failed to confirm existence of 'files' bucket: 169\.254\.169\.254 has no address that the portal may connect to/,
    },
    {
      what: 'rules that cannot be read',
      before: () =>
        void server.faults.inject({
          match: ({ key }) => key === '.sourceignore',
          status: 403,
          code: 'AccessDenied',
        }),
      reason: 'BucketOperationFailed',
      message:
        /^failed to get Etag for '\.sourceignore' object: .*AccessDenied/,
    },
    {
      what: 'a listing that is refused',
      before: () =>
        void server.faults.inject({
          match: ({ operation }) => operation === 'ListObjectsV2',
          status: 403,
          code: 'AccessDenied',
        }),
      reason: 'BucketOperationFailed',
      message:
        /^indexation of objects from bucket 'files' failed: .*listing bucket 'files' with status 403 \(AccessDenied\)/,
    },
    {
      what: 'an object that is refused',
      before: () =>
        void server.faults.inject({
          match: ({ key }) => key === 'b.yaml',
          status: 403,
          code: 'AccessDenied',
        }),
      reason: 'BucketOperationFailed',
      message:
        /^fetch from bucket 'files' failed: failed to get 'b\.yaml' object: .*AccessDenied/,
    },
    {
      what: 'an object that breaks off',
      before: () =>
        void server.faults.inject({
          match: ({ key }) => key === 'b.yaml',
          truncate: true,
        }),
      reason: 'BucketOperationFailed',
      message:
        /^fetch from bucket 'files' failed: failed to get 'b\.yaml' object: .*broke off/,
    },
    {
      what: 'a server that does not answer',
      spec: () => ({ timeout: '1s' }),
      before: () => void server.faults.inject({ hang: true }),
      reason: 'BucketOperationFailed',
      message:
        "failed to confirm existence of 'files' bucket: no answer within spec.timeout (1s)",
    },
    {
      what: 'LDAP that refuses',
      spec: () => ({
        secretRef: undefined,
        sts: {
          provider: 'ldap',
          endpoint: server.url,
          secretRef: { name: 'wrong-ldap' },
        },
      }),
      reason: 'BucketOperationFailed',
      message: /the STS endpoint 127\.0\.0\.1:\d+ answered with status 400/,
    },
    {
      what: 'no Secret',
      spec: () => ({ secretRef: { name: 'nowhere' } }),
      reason: 'AuthenticationFailed',
      message:
        "failed to get secret 'default/nowhere': it does not exist; create it or correct spec.secretRef",
    },
    {
      what: 'a Secret without keys',
      spec: () => ({ secretRef: { name: 'half' } }),
      reason: 'AuthenticationFailed',
      message:
        "invalid 'half' secret data: required fields 'accesskey' and 'secretkey'",
    },
    {
      what: 'no Secret of certificates',
      spec: () => ({ certSecretRef: { name: 'nowhere' } }),
      reason: 'AuthenticationFailed',
      message: /^failed to get TLS config: secret 'default\/nowhere' not found/,
    },
    {
      what: 'a Secret without certificates',
      spec: () => ({ certSecretRef: { name: 'keys' } }),
      reason: 'AuthenticationFailed',
      message:
        "failed to get TLS config: secret 'default/keys' must contain either 'ca.crt' or both 'tls.crt' and 'tls.key'",
    },
    {
      what: 'no Secret of a proxy',
      spec: () => ({ proxySecretRef: { name: 'nowhere' } }),
      reason: 'AuthenticationFailed',
      message: /^failed to get proxy URL: secret 'default\/nowhere' not found/,
    },
    {
      what: 'a proxy of another kind',
      spec: () => ({ proxySecretRef: { name: 'no-proxy' } }),
      reason: 'AuthenticationFailed',
      message:
        "failed to get proxy URL: secret 'default/no-proxy': proxy URL must use one of the supported schemes (http, https, socks5), got 'ftp'",
    },
    {
      what: 'no Secret of LDAP',
      spec: () => ({
        sts: {
          provider: 'ldap',
          endpoint: server.url,
          secretRef: { name: 'nowhere' },
        },
      }),
      reason: 'AuthenticationFailed',
      message: /^failed to get STS secret: secret 'default\/nowhere' not found/,
    },
    {
      what: 'a Secret without a password for LDAP',
      spec: () => ({
        secretRef: undefined,
        sts: {
          provider: 'ldap',
          endpoint: server.url,
          secretRef: { name: 'half-ldap' },
        },
      }),
      reason: 'AuthenticationFailed',
      message:
        "invalid 'half-ldap' secret data for 'ldap' STS provider: required fields username, password",
    },
    {
      what: 'no Secret of certificates for LDAP',
      spec: () => ({
        sts: {
          provider: 'ldap',
          endpoint: server.url,
          certSecretRef: { name: 'nowhere' },
        },
      }),
      reason: 'AuthenticationFailed',
      message:
        /^failed to get STS TLS config: secret 'default\/nowhere' not found/,
    },
    {
      what: 'an endpoint that is no host',
      spec: () => ({ endpoint: 'user:hunter2@host' }),
      reason: 'AuthenticationFailed',
      message:
        'the endpoint must be a host with an optional port, such as minio.example.org:9000',
    },
    {
      what: 'an STS endpoint that is no address',
      spec: () => ({ sts: { provider: 'ldap', endpoint: 'http://[' } }),
      reason: 'URLInvalid',
      message: /^failed to parse STS endpoint/,
      stalled: true,
    },
    {
      what: 'provider aws with neither keys nor the module',
      spec: () => ({ provider: 'aws', secretRef: undefined }),
      reason: 'InvalidProviderConfiguration',
      message: /needs the module gitops-backend-module-aws/,
      stalled: true,
    },
    {
      what: 'a provider without its module',
      spec: () => ({ provider: 'gcp' }),
      reason: 'InvalidProviderConfiguration',
      message: /add the module gitops-backend-module-gcp/,
      stalled: true,
    },
  ];

  const reconcileRow = async (
    name: string,
    row: Pick<Row, 'spec' | 'before'>,
  ) => {
    for (const each of [server, secure]) {
      await each.createBucket('files', objects);
      await each.createBucket('open', objects, { anonymous: 'read' });
    }
    row.before?.();
    const found = await buckets.reconcile(name, {
      endpoint: server.endpoint,
      bucketName: 'files',
      secretRef: { name: 'keys' },
      ...row.spec?.(),
    });
    for (const each of [server, secure]) {
      each.remove('files');
      each.remove('open');
    }
    const conditions = found.status?.conditions ?? [];
    expect(JSON.stringify(conditions)).not.toContain('hunter');
    return { found, conditions };
  };

  it.each(good)('with $what: Succeeded', async row => {
    const name = `good-${good.indexOf(row)}`;
    const { found, conditions } = await reconcileRow(name, row);
    const said = {
      status: 'True',
      reason: 'Succeeded',
      message: `stored artifact: revision '${found.status?.artifact?.revision}'`,
    };
    expect(readyOf(found)).toMatchObject(said);
    expect(conditions).toContainEqual(
      expect.objectContaining({ type: 'ArtifactInStorage', ...said }),
    );
    expect(textOf(await buckets.filesOf(found.status?.artifact))).toEqual(
      objects,
    );
  });

  it('went through the proxies', () => {
    const { host } = new URL(secure.url);
    expect(httpProxy.targets.map(({ target }) => target)).toContain(host);
    expect(socksProxy.targets.map(({ target }) => target)).toContain(
      server.endpoint,
    );
  });

  it.each(bad)('with $what: $reason', async row => {
    const name = `bad-${bad.indexOf(row)}`;
    const { found, conditions } = await reconcileRow(name, row);
    const { stalled = false, reason } = row;
    const message = expect.stringMatching(
      typeof row.message === 'string'
        ? new RegExp(`^${row.message.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&')}$`)
        : row.message,
    );
    expect(readyOf(found)).toMatchObject({ status: 'False', reason, message });
    expect(conditions).toContainEqual(
      expect.objectContaining({
        type: 'FetchFailed',
        ...{ status: 'True', reason, message },
      }),
    );
    expect(conditions.some(({ type }) => type === 'Stalled')).toBe(stalled);
    expect(found.status?.artifact).toBeUndefined();
  });

  it('asks for the listing only while nothing changes', async () => {
    await server.createBucket('still', { 'a.yaml': 'a' });
    const spec = {
      endpoint: server.endpoint,
      bucketName: 'still',
      secretRef: { name: 'keys' },
    };
    await buckets.reconcile('still', spec);
    server.requests.length = 0;
    const found = await buckets.reconcile('still', spec);
    expect(
      server.requests.map(({ operation, key }) => [operation, key]),
    ).toEqual([
      ['HeadBucket', undefined],
      ['GetObject', '.sourceignore'],
      ['ListObjectsV2', undefined],
    ]);
    expect(readyOf(found)).toMatchObject({ status: 'True' });
    expect(found.status?.artifact).toBeDefined();
  });

  it('keeps the artifact while the bucket is away, and recovers', async () => {
    await server.createBucket('away', { 'a.yaml': 'a' });
    const spec = {
      endpoint: server.endpoint,
      bucketName: 'away',
      secretRef: { name: 'keys' },
    };
    const before = await buckets.reconcile('away', spec);
    server.remove('away');
    const during = await buckets.reconcile('away', spec);
    expect(readyOf(during)).toMatchObject({
      status: 'False',
      reason: 'BucketOperationFailed',
    });
    expect(during.status?.artifact).toEqual(before.status?.artifact);
    await server.createBucket('away', { 'a.yaml': 'a' });
    const after = await buckets.reconcile('away', spec);
    expect(readyOf(after)?.status).toBe('True');
    expect(await world.eventsOf(after)).toContainEqual(
      expect.stringMatching(/^Succeeded: stored artifact/),
    );
  });

  it('goes on where an answer breaks off once', async () => {
    await server.createBucket('broken', { 'a.yaml': 'a', 'b.yaml': 'b' });
    server.faults.inject({
      match: ({ operation, key }) =>
        operation === 'GetObject' && key !== '.sourceignore',
      truncate: true,
      times: 2,
    });
    const found = await buckets.reconcile('broken', {
      endpoint: server.endpoint,
      bucketName: 'broken',
      secretRef: { name: 'keys' },
    });
    expect(textOf(await buckets.filesOf(found.status?.artifact))).toEqual(
      objects,
    );
  });

  it('opens buckets as modules do', async () => {
    const found = await buckets.reconcile('clouded', {
      provider: 'azure',
      endpoint: 'https://account.blob.core.windows.net',
      bucketName: 'clouded',
      insecure: undefined,
    });
    expect(readyOf(found)?.status).toBe('True');
    expect(textOf(await buckets.filesOf(found.status?.artifact))).toEqual({
      'from/azure.yaml': 'default/clouded',
    });
    expect(closed).toBe(1);
  });

  it('takes what an object became since it was listed', async () => {
    await server.createBucket('moving', { 'a.yaml': 'a', 'gone.yaml': 'g' });
    let moved = false;
    server.faults.inject({
      match: ({ operation }) => {
        if (operation === 'GetObject' && !moved) {
          moved = server.requests.some(
            each =>
              each.operation === 'ListObjectsV2' && each.bucket === 'moving',
          );
          if (moved) {
            server.remove('moving', 'gone.yaml');
          }
        }
        return false;
      },
    });
    const found = await buckets.reconcile('moving', {
      endpoint: server.endpoint,
      bucketName: 'moving',
      secretRef: { name: 'keys' },
    });
    expect(moved).toBe(true);
    expect(textOf(await buckets.filesOf(found.status?.artifact))).toEqual({
      'a.yaml': 'a',
    });
    expect(await world.eventsOf(found)).toContainEqual(
      expect.stringContaining('with 1 fetched files'),
    );
  });

  describe('of hostile content', () => {
    const reconciled = async (
      name: string,
      content: Record<string, string>,
      spec: Partial<BucketSpec> = {},
    ) => {
      await server.createBucket(name, content);
      return buckets.reconcile(name, {
        endpoint: server.endpoint,
        bucketName: name,
        secretRef: { name: 'keys' },
        ...spec,
      });
    };

    it.each([
      ['climbing', '../x'],
      ['deep', 'a/../../x'],
      ['dotted', './x'],
      ['windows', 'C:\\x'],
      ['zero', 'a\u0001b'],
      ['twice', 'a//b', 'a/b'],
      ['absolute', '/a', 'a'],
      ['both', 'a', 'a/b'],
    ])('refuses keys that are no files: %s', async (name, ...keys) => {
      const found = await reconciled(
        name,
        Object.fromEntries(keys.map(key => [key, 'x'])),
      );
      expect(readyOf(found)).toMatchObject({
        status: 'False',
        reason: 'BucketOperationFailed',
        message: expect.stringMatching(
          /^indexation of objects from bucket '.*' failed: the object .* cannot be a file of an artifact/,
        ),
      });
      expect(found.status?.artifact).toBeUndefined();
    });

    it('takes absolute keys below its root, and leaves out what is to be', async () => {
      const found = await reconciled(
        'mixed',
        { '/etc/a.yaml': 'a', '../x': 'x' },
        { ignore: '..' },
      );
      expect(textOf(await buckets.filesOf(found.status?.artifact))).toEqual({
        'etc/a.yaml': 'a',
      });
    });

    it('refuses what is too large before it is fetched', async () => {
      const found = await reconciled('large', {
        a: 'x'.repeat(6 * 1024 * 1024),
        b: 'x'.repeat(6 * 1024 * 1024),
      });
      expect(readyOf(found)?.message).toContain(
        'larger than the 10485760 bytes that are allowed',
      );
      expect(
        server.requests.filter(
          each => each.bucket === 'large' && each.key === 'a',
        ),
      ).toEqual([]);
    });

    it('refuses what turns out larger than it was said to be', async () => {
      await server.createBucket('lying', {
        a: 'x'.repeat(11 * 1024 * 1024),
      });
      server.faults.inject({
        match: each =>
          each.operation === 'ListObjectsV2' && each.bucket === 'lying',
        status: 200,
        body: '<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a</Key><ETag>"e"</ETag><Size>1</Size></Contents></ListBucketResult>',
      });
      const found = await buckets.reconcile('lying', {
        endpoint: server.endpoint,
        bucketName: 'lying',
        secretRef: { name: 'keys' },
      });
      expect(readyOf(found)?.message).toMatch(
        /^fetch from bucket 'lying' failed: .*larger than the 10485760 bytes/,
      );
    });

    it('ends a listing that does not', async () => {
      await server.createBucket('endless');
      server.faults.inject({
        match: each =>
          each.operation === 'ListObjectsV2' && each.bucket === 'endless',
        status: 200,
        body: '<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken></ListBucketResult>',
      });
      const found = await buckets.reconcile('endless', {
        endpoint: server.endpoint,
        bucketName: 'endless',
        secretRef: { name: 'keys' },
      });
      expect(readyOf(found)?.message).toContain('does not end');
    });

    it('refuses rules that are too large', async () => {
      const found = await reconciled('rules', {
        '.sourceignore': '#'.repeat(1024 * 1024 + 1),
      });
      expect(readyOf(found)?.message).toContain('larger than 1048576 bytes');
    });
  });
});
