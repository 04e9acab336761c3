import { ClusterClient } from '@backstage-gitops/kubernetes-apply';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  ClusterAccess,
  ClusterAccessProvider,
} from '@backstage-gitops/plugin-gitops-node';
import { Home } from '../homes/Home';
import { Homes } from '../homes/Homes';
import { UnavailableCluster } from '../homes/UnavailableCluster';
import { HttpPool } from '../net/HttpPool';
import { NetworkGuard } from '../net/NetworkGuard';
import { kubeconfigOf, kubeconfigSecret } from '../__testUtils__/remoteCluster';
import { clusterAddress } from './clusterAddress';
import { Targets, TargetsOptions } from './Targets';

/** A home that holds what a test puts there. */
class Shelf extends UnavailableCluster {
  readonly objects = new Map<string, KubernetesObject>();

  constructor() {
    super(new Error('not asked for'));
  }

  put(object: KubernetesObject, namespace = 'default'): void {
    const { kind, metadata } = object;
    this.objects.set(`${kind}/${namespace}/${metadata.name}`, object);
  }

  override get(ref?: {
    kind: string;
    namespace?: string;
    name: string;
  }): Promise<never> {
    const found = this.objects.get(
      `${ref?.kind}/${ref?.namespace}/${ref?.name}`,
    );
    return Promise.resolve(found as never);
  }
}

describe('Targets', () => {
  let shelf: Shelf;
  let home: Home;
  let now: number;
  let targets: Targets;

  const create = (options: Partial<TargetsOptions> = {}) => {
    const guard = new NetworkGuard();
    targets = new Targets({
      homes: new Homes([home]),
      guard,
      connections: new HttpPool({ guard }),
      now: () => now,
      ...options,
    });
    return targets;
  };

  beforeEach(() => {
    now = 0;
    shelf = new Shelf();
    home = new Home({
      name: 'home',
      mode: 'reconcile',
      client: shelf,
      allowPortalCredential: true,
    });
    create();
  });

  afterEach(() => targets.close());

  const open = (name: string, namespace = 'default'): Promise<ClusterClient> =>
    targets.open({
      ...{ home, namespace },
      kubeConfig: { secretRef: { name } },
      signal: new AbortController().signal,
    });
  const openSettings = (namespace = 'default') =>
    targets.open({
      ...{ home, namespace },
      kubeConfig: { configMapRef: { name: 'target' } },
      signal: new AbortController().signal,
    });
  const put = (name: string, token: string, namespace = 'default') =>
    shelf.put(
      kubeconfigSecret(name, {
        value: kubeconfigOf({ server: 'https://there.example', token }),
      }),
      namespace,
    );

  it('gives one client for one kubeconfig, whoever has it', async () => {
    put('a', 'one');
    put('b', 'one');
    put('a', 'one', 'other');
    const client = await open('a');
    expect(client.server).toBe('https://there.example');
    expect(await open('b')).toBe(client);
    expect(await open('a', 'other')).toBe(client);
    expect(targets.size).toBe(1);
  });

  it('gives another once the contents are others', async () => {
    put('a', 'one');
    const client = await open('a');
    put('a', 'two');
    expect(await open('a')).not.toBe(client);
  });

  it('closes what nobody has asked for in a while, and what is too much', async () => {
    create({ maxTargets: 2 });
    put('a', 'one');
    put('b', 'two');
    put('c', 'three');
    const first = await open('a');
    await open('b');
    await open('c');
    expect(targets.size).toBe(2);
    expect(await open('a')).not.toBe(first);
    now = 900_001;
    await open('b');
    expect(targets.size).toBe(1);
  });

  it.each([
    [
      'runs a command',
      kubeconfigOf({
        server: 'https://there.example',
        token: 's3cret',
      }).replace('"token":"s3cret"', '"exec":{"command":"sh"}'),
    ],
    [
      'does not verify the server',
      kubeconfigOf({
        server: 'https://there.example',
        token: 's3cret',
        'insecure-skip-tls-verify': true,
      }),
    ],
  ])('refuses a kubeconfig that %s', async (problem, value) => {
    shelf.put(kubeconfigSecret('a', { value }));
    await expect(open('a')).rejects.toThrow(
      new RegExp(
        `^the kubeconfig in key 'value' of Secret default/a cannot be used: .* ${problem}, which is not allowed`,
      ),
    );
    expect(targets.size).toBe(0);
  });

  it('takes one that is not verified where the portal is told to', async () => {
    create({ policy: { allowExec: false, allowInsecure: true } });
    shelf.put(
      kubeconfigSecret('a', {
        value: kubeconfigOf({
          server: 'https://there.example',
          token: 't',
          'insecure-skip-tls-verify': true,
        }),
      }),
    );
    expect((await open('a')).server).toBe('https://there.example');
  });

  it.each([
    ['http://127.0.0.1:3128', '127.0.0.1 has no address'],
    ['socks5://proxy.example:1080', 'only HTTP and HTTPS proxies'],
  ])('guards the proxy of a kubeconfig: %s', async (proxy, message) => {
    shelf.put(
      kubeconfigSecret('a', {
        value: kubeconfigOf({
          server: 'https://there.example',
          token: 's3cret',
          'proxy-url': proxy,
        }),
      }),
    );
    const client = await open('a');
    const request = client.raw('/version');
    await expect(request).rejects.toThrow(message);
    await expect(request).rejects.not.toThrow('s3cret');
  });

  describe('of a cloud', () => {
    let access: ClusterAccess;
    let asked: number;
    const provider: ClusterAccessProvider = {
      provider: 'aws',
      access: async () => {
        asked += 1;
        return access;
      },
    };

    beforeEach(() => {
      asked = 0;
      access = {
        connection: { server: 'https://there.example' },
        credential: { type: 'token', token: 't' },
        expiresAt: new Date(100_000),
      };
      create({ providers: [provider] });
      for (const namespace of ['default', 'other']) {
        shelf.put(
          {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name: 'target' },
            data: { provider: 'aws', cluster: 'arn:c' },
          },
          namespace,
        );
      }
    });

    it('asks once while the credential is good, for each namespace', async () => {
      const client = await openSettings();
      expect(await openSettings()).toBe(client);
      expect(asked).toBe(1);
      expect(await openSettings('other')).not.toBe(client);
      expect(asked).toBe(2);
    });

    it('follows a cluster that was moved', async () => {
      const client = await openSettings();
      access = {
        ...access,
        connection: { server: 'https://elsewhere.example:443/' },
        expiresAt: new Date(200_000),
      };
      now = 90_000;
      const moved = await openSettings();
      expect(moved).not.toBe(client);
      expect(moved.server).toBe('https://elsewhere.example');
      expect(await openSettings()).toBe(moved);
    });
  });

  it.each([
    ['https://There.example', 'https://there.example:443'],
    ['there.example:6443', 'https://there.example:6443'],
    ['https://[::1]:6443/path', 'https://[::1]:6443'],
  ])('reads the address %s', (text, address) => {
    expect(clusterAddress(text)).toBe(address);
  });

  it.each(['http://there.example', 'https://a:b@there', 'https://', '::'])(
    'refuses the address %s',
    text => {
      expect(() => clusterAddress(text)).toThrow(/the address of the cluster/);
    },
  );
});
