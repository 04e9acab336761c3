import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  ClusterClient,
  createClusterClient,
  loadKubeConfig,
} from '@backstage-gitops/kubernetes-apply';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  KubernetesApiOptions,
  SandboxKubernetes,
  startKubernetesApi,
} from '@backstage-gitops/sandbox';

/** A cluster besides the home, for deliveries with `spec.kubeConfig`. */
export class RemoteCluster {
  private constructor(
    readonly kubernetes: SandboxKubernetes,
    /** With the rights of its administrator. */
    readonly client: ClusterClient,
    private readonly directory: string,
  ) {}

  static async start(
    options: Partial<KubernetesApiOptions> = {},
  ): Promise<RemoteCluster> {
    const directory = await mkdtemp(path.join(tmpdir(), 'gitops-remote-'));
    const kubernetes = await startKubernetesApi({
      dataDir: directory,
      ...options,
    });
    const client = createClusterClient({
      kubeConfig: await loadKubeConfig(kubernetes.kubeconfig),
      userAgent: 'administrator',
    });
    return new RemoteCluster(kubernetes, client, directory);
  }

  async stop(): Promise<void> {
    await this.client.close();
    await this.kubernetes.stop();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** A Secret of the home's namespace `default` that leads here. */
  secret(
    name = 'remote',
    { key = 'value', kubeconfig = this.kubernetes.kubeconfig } = {},
  ): KubernetesObject {
    return kubeconfigSecret(name, { [key]: kubeconfig });
  }

  /** A kubeconfig with a token instead of the administrator's certificate. */
  kubeconfigWith(token: string): string {
    const { url, caPem } = this.kubernetes;
    return kubeconfigOf({
      server: url,
      'certificate-authority-data': Buffer.from(caPem).toString('base64'),
      token,
    });
  }
}

/** The text of a kubeconfig with one cluster and one token. */
export function kubeconfigOf(options: {
  server: string;
  token: string;
  [field: string]: unknown;
}): string {
  const { token, ...cluster } = options;
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'there', cluster }],
    users: [{ name: 'who', user: { token } }],
    contexts: [{ name: 'c', context: { cluster: 'there', user: 'who' } }],
    'current-context': 'c',
  });
}

export function kubeconfigSecret(
  name: string,
  data: Record<string, string>,
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'default' },
    data: Object.fromEntries(
      Object.entries(data).map(([key, text]) => [
        key,
        Buffer.from(text).toString('base64'),
      ]),
    ),
  };
}
