import { ClusterClient } from '@backstage-gitops/kubernetes-apply';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { TargetError } from './TargetError';

/** What a ConfigMap of `spec.kubeConfig.configMapRef` says (Flux 2.9). */
export interface ClusterSettings {
  /** `aws`, `azure`, `gcp` or `generic` */
  provider: string;
  cluster?: string;
  address?: string;
  /** PEM; the key `ca.crt`. */
  certificateAuthority?: string;
  /** One on each line. */
  audiences: readonly string[];
  serviceAccountName?: string;
}

/** @throws TargetError where it is not there, or names no provider */
export async function readClusterSettings(options: {
  client: ClusterClient;
  namespace: string;
  name: string;
  signal: AbortSignal;
}): Promise<ClusterSettings> {
  const { namespace, name } = options;
  const found = await options.client.get<KubernetesObject>(
    { apiVersion: 'v1', kind: 'ConfigMap', namespace, name },
    { signal: options.signal },
  );
  if (!found) {
    throw new TargetError(
      `ConfigMap ${namespace}/${name} not found; create it, or correct spec.kubeConfig.configMapRef`,
    );
  }
  const data = (found.data ?? {}) as Record<string, unknown>;
  const valueOf = (key: string) => {
    const value = data[key];
    return typeof value === 'string' && value.trim() !== ''
      ? value.trim()
      : undefined;
  };
  const provider = valueOf('provider');
  if (!provider) {
    throw new TargetError(
      `ConfigMap ${namespace}/${name} names no provider; set the key provider to aws, azure, gcp or generic`,
    );
  }
  return {
    provider,
    cluster: valueOf('cluster'),
    address: valueOf('address'),
    certificateAuthority: valueOf('ca.crt'),
    audiences: (valueOf('audiences') ?? '')
      .split('\n')
      .map(audience => audience.trim())
      .filter(Boolean),
    serviceAccountName: valueOf('serviceAccountName'),
  };
}
