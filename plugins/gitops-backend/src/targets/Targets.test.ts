// Servers: the sandbox's Kubernetes API.
import { createServer, Socket } from 'node:net';
import { ClusterClient } from '@backstage-gitops/kubernetes-apply';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  ClusterAccess,
  ClusterAccessProvider,
  ClusterAccessRequest,
} from '@backstage-gitops/plugin-gitops-node';
import { Home } from '../homes/Home';
import { Homes } from '../homes/Homes';
import { UnavailableCluster } from '../homes/UnavailableCluster';
import { HttpPool } from '../net/HttpPool';
import { NetworkGuard } from '../net/NetworkGuard';
import {
  kubeconfigOf,
  kubeconfigSecret,
  RemoteCluster,
} from '../__testUtils__/remoteCluster';
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
  let remote: RemoteCluster;
  let shelf: Shelf;
  let home: Home;
  let now: number;
  let targets: Targets;

  const create = (options: Partial<TargetsOptions> = {}) => {
    const guard = new NetworkGuard({ allow: ['127.0.0.1', 'localhost'] });
    targets = new Targets({
      homes: new Homes([home]),
      guard,
      connections: new HttpPool({ guard }),
      now: () => now,
      ...options,
    });
    return targets;
  };

  beforeAll(async () => {
    remote = await RemoteCluster.start();
  });

  afterAll(async () => {
    await remote?.stop();
  });

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

  const open = async (
    name: string,
    namespace = 'default',
  ): Promise<ClusterClient> => {
    const { client } = await targets.open({
      ...{ home, namespace },
      kubeConfig: { secretRef: { name } },
      signal: new AbortController().signal,
    });
    return client;
  };
  const openSettings = async (namespace = 'default') => {
    const { client } = await targets.open({
      ...{ home, namespace },
      kubeConfig: { configMapRef: { name: 'target' } },
      signal: new AbortController().signal,
    });
    return client;
  };
  /** A kubeconfig that differs from others by a comment. */
  const put = (name: string, comment: string, namespace = 'default') =>
    shelf.put(
      kubeconfigSecret(name, {
        value: `${remote.kubernetes.kubeconfig}\n# ${comment}\n`,
      }),
      namespace,
    );

  it('gives one client for one kubeconfig, whoever has it', async () => {
    put('a', 'one');
    put('b', 'one');
    put('a', 'one', 'other');
    const client = await open('a');
    expect(client.server).toBe(remote.kubernetes.url);
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
          server: remote.kubernetes.url,
          token: remote.kubernetes.token,
          'insecure-skip-tls-verify': true,
        }),
      }),
    );
    expect((await open('a')).server).toBe(remote.kubernetes.url);
  });

  it.each([
    ['http://169.254.169.254:3128', '169.254.169.254 has no address'],
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
    const request = open('a');
    await expect(request).rejects.toThrow(message);
    await expect(request).rejects.not.toThrow('s3cret');
  });

  it('asks a cluster that does not answer only every now and then', async () => {
    const sockets: Socket[] = [];
    const mute = createServer(socket => {
      sockets.push(socket);
    });
    await new Promise<void>(resolve => mute.listen(0, '127.0.0.1', resolve));
    const { port } = mute.address() as { port: number };
    create({ answerMs: 300 });
    shelf.put(
      kubeconfigSecret('a', {
        value: kubeconfigOf({
          server: `https://127.0.0.1:${port}`,
          token: 's3cret',
        }),
      }),
    );
    const message = `no answer from https://127.0.0.1:${port} within 0.3 s; the cluster is asked again later`;
    const both = [open('a'), open('a')];
    await expect(both[0]).rejects.toThrow(message);
    await expect(both[1]).rejects.toThrow(message);
    now = 9_999;
    await expect(open('a')).rejects.toThrow(message);
    expect(sockets.length).toBeLessThanOrEqual(1);
    now = 10_000;
    await expect(open('a')).rejects.toThrow(message);
    sockets.forEach(socket => socket.destroy());
    mute.close();
  });

  describe('of a cloud', () => {
    let access: ClusterAccess;
    let asked: number;
    let requested: ClusterAccessRequest | undefined;
    const provider: ClusterAccessProvider = {
      provider: 'aws',
      access: async request => {
        asked += 1;
        requested = request;
        return access;
      },
    };

    beforeEach(() => {
      asked = 0;
      access = {
        connection: {
          server: remote.kubernetes.url,
          certificateAuthority: remote.kubernetes.caPem,
        },
        credential: { type: 'token', token: remote.kubernetes.token },
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

    const putSettings = (data: Record<string, string>) =>
      shelf.put({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'target' },
        data: { provider: 'aws', cluster: 'arn:c', ...data },
      });

    it('names an address only together with a ServiceAccount', async () => {
      putSettings({ address: 'https://there.example' });
      await expect(openSettings()).rejects.toThrow(
        'an address can be named together with serviceAccountName only',
      );
      expect(asked).toBe(0);
      shelf.put({
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'robot' },
      });
      putSettings({
        address: 'There.example',
        serviceAccountName: 'robot',
      });
      await openSettings();
      expect(requested).toMatchObject({
        address: 'https://there.example:443',
        serviceAccount: { namespace: 'default', name: 'robot' },
      });
    });

    it('is at a host that the cloud names alone', async () => {
      access = {
        ...access,
        connection: {
          ...access.connection,
          server: `localhost:${remote.kubernetes.port}`,
        },
      };
      const client = await openSettings();
      expect(client.server).toBe(`https://localhost:${remote.kubernetes.port}`);
    });

    it('follows a cluster that was moved', async () => {
      const client = await openSettings();
      access = {
        ...access,
        connection: {
          ...access.connection,
          server: `https://localhost:${remote.kubernetes.port}/`,
        },
        expiresAt: new Date(200_000),
      };
      now = 90_000;
      const moved = await openSettings();
      expect(moved).not.toBe(client);
      expect(moved.server).toBe(`https://localhost:${remote.kubernetes.port}`);
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
