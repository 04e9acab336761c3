import { ClusterClient } from '@backstage-gitops/kubernetes-apply';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { TargetError } from './TargetError';

/** Where Flux 2.9 looks for a kubeconfig when no key is named. */
const KEYS = ['value', 'value.yaml'];

/** The text of a kubeconfig, and where it stands, for messages. */
export interface KubeConfigText {
  text: string;
  where: string;
}

/** @throws TargetError where there is none */
export async function readKubeConfig(options: {
  client: ClusterClient;
  namespace: string;
  secretRef: { name: string; key?: string };
  signal: AbortSignal;
}): Promise<KubeConfigText> {
  const { namespace, secretRef } = options;
  const { name } = secretRef;
  const secret = await options.client.get<KubernetesObject>(
    { apiVersion: 'v1', kind: 'Secret', namespace, name },
    { signal: options.signal },
  );
  if (!secret) {
    throw new TargetError(
      `Secret ${namespace}/${name} not found; create it, or correct spec.kubeConfig.secretRef`,
    );
  }
  const data = (secret.data ?? {}) as Record<string, unknown>;
  const keys = secretRef.key ? [secretRef.key] : KEYS;
  const key = keys.find(candidate => typeof data[candidate] === 'string');
  if (!key) {
    throw new TargetError(
      `Secret ${namespace}/${name} has no key '${keys[0]}' with a kubeconfig; add it, or name another in spec.kubeConfig.secretRef.key`,
    );
  }
  return {
    text: Buffer.from(String(data[key]), 'base64').toString('utf8'),
    where: `the kubeconfig in key '${key}' of Secret ${namespace}/${name}`,
  };
}
