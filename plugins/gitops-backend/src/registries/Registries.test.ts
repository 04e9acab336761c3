// Servers: the sandbox's registry. What a home holds is told by the test.
import {
  RegistryCredentialRequest,
  SourceHome,
} from '@backstage-gitops/plugin-gitops-node';
import { SandboxRegistry, startRegistry } from '@backstage-gitops/sandbox';
import { HttpPool } from '../net/HttpPool';
import { NetworkGuard } from '../net/NetworkGuard';
import { startHttpProxy } from '../net/testing/startProxies';
import { Registries, RegistrySpec } from './Registries';

jest.setTimeout(120_000);

const ACCOUNT = { username: 'cloud', password: 'secret' };

describe('Registries', () => {
  let pool: HttpPool;
  let registry: SandboxRegistry;
  let time: number;
  let logins: RegistryCredentialRequest[];
  let objects: Record<string, object>;

  beforeEach(async () => {
    time = 1_000_000;
    logins = [];
    objects = {};
    pool = new HttpPool({ guard: new NetworkGuard({ allow: ['127.0.0.1'] }) });
    registry = await startRegistry({ authentication: 'basic' });
    registry.addAccount(ACCOUNT);
    await registry.push('team/app', { layers: [] }, 'v1');
  });
  afterEach(async () => {
    await pool.close();
    await registry.stop();
  });

  const home: SourceHome = {
    name: 'test',
    get: async <T extends object>({
      kind,
      name,
    }: {
      kind: string;
      name: string;
    }) => objects[`${kind}/${name}`] as T | undefined,
    list: async () => [],
    serviceAccountToken: async (name, audiences) =>
      `token of ${name} for ${audiences}`,
  };
  const resolve = async (
    registries: Registries,
    spec: Partial<RegistrySpec>,
  ) => {
    const { signal } = new AbortController();
    const client = await registries.open(
      {
        ...{ home, namespace: 'team', connections: pool, signal },
        now: () => time,
      },
      { url: `oci://${registry.address}/team/app`, ...spec },
    );
    try {
      return await client.resolve(
        { registry: registry.address, name: 'team/app' },
        'v1',
      );
    } finally {
      client.close();
    }
  };
  const cloud = (expiresAt?: () => number) =>
    new Registries({
      suppliers: [
        {
          provider: 'aws',
          credential: async request => {
            logins.push(request);
            return { credential: ACCOUNT, expiresAt: expiresAt?.() };
          },
        },
      ],
    });

  it('logs in to the registries of a cloud, as long as that lasts', async () => {
    const registries = cloud(() => time + 600_000);
    await resolve(registries, { provider: 'aws' });
    await resolve(registries, { provider: 'aws' });
    expect(logins).toHaveLength(1);
    expect(logins[0]).toMatchObject({
      registry: registry.address,
      serviceAccount: undefined,
    });
    time += 600_000;
    await resolve(registries, { provider: 'aws' });
    expect(logins).toHaveLength(2);
  });

  it('logs in anew each time where nobody says how long it lasts', async () => {
    const registries = cloud();
    await resolve(registries, { provider: 'aws' });
    await resolve(registries, { provider: 'aws' });
    expect(logins).toHaveLength(2);
  });

  it('logs in as a ServiceAccount', async () => {
    objects['ServiceAccount/puller'] = {
      metadata: { name: 'puller', annotations: { role: 'reader' } },
    };
    const registries = cloud(() => time + 600_000);
    await resolve(registries, {
      provider: 'aws',
      serviceAccountName: 'puller',
    });
    expect(logins[0].serviceAccount).toMatchObject({
      ...{ namespace: 'team', name: 'puller' },
      annotations: { role: 'reader' },
    });
    expect(await logins[0].serviceAccount!.token(['sts'])).toBe(
      'token of puller for sts',
    );
    // The portal is somebody else.
    await resolve(registries, { provider: 'aws' });
    expect(logins).toHaveLength(2);
  });

  it('prefers pull secrets to the cloud', async () => {
    objects['Secret/pull'] = {
      data: {
        '.dockerconfigjson': Buffer.from(
          JSON.stringify({ auths: { [registry.address]: ACCOUNT } }),
        ).toString('base64'),
      },
    };
    await resolve(cloud(), { provider: 'aws', secretRef: { name: 'pull' } });
    expect(logins).toEqual([]);
  });

  it('says what a login failed with', async () => {
    const registries = new Registries({
      suppliers: [
        {
          provider: 'gcp',
          credential: async () => {
            throw new Error('no identity');
          },
        },
      ],
    });
    await expect(
      resolve(registries, { provider: 'gcp' }),
    ).rejects.toMatchObject({
      reason: 'AuthenticationFailed',
      message: 'failed to get credential from gcp: no identity',
    });
  });

  it('asks nobody for a cloud that has nothing to say', async () => {
    const registries = new Registries({
      suppliers: [{ provider: 'azure', credential: async () => undefined }],
    });
    await expect(
      resolve(registries, { provider: 'azure' }),
    ).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' });
  });

  it('goes through the proxy of a Secret', async () => {
    const proxy = await startHttpProxy();
    const secure = await startRegistry({ tls: true });
    try {
      await secure.push('team/app', { layers: [] }, 'v1');
      const encode = (text: string) => Buffer.from(text).toString('base64');
      objects['Secret/proxy'] = {
        data: {
          address: encode(proxy.address),
          username: encode('u'),
          password: encode('p'),
        },
      };
      objects['Secret/ca'] = { data: { 'ca.crt': encode(secure.caPem!) } };
      const { signal } = new AbortController();
      const client = await new Registries().open(
        {
          ...{ home, namespace: 'team', connections: pool, signal },
          now: () => time,
        },
        {
          url: `oci://${secure.address}/team/app`,
          proxySecretRef: { name: 'proxy' },
          certSecretRef: { name: 'ca' },
        },
      );
      await client.resolve(
        { registry: secure.address, name: 'team/app' },
        'v1',
      );
      client.close();
      expect(proxy.targets[0]).toEqual({
        target: secure.address,
        credential: `Basic ${encode('u:p')}`,
      });
    } finally {
      await secure.stop();
      await pool.close();
      await proxy.stop();
    }
  });
});
