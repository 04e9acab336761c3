import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import type { ClusterClient } from '../client/ClusterClient';

/**
 * The object with the namespace that its kind needs: the default one where it
 * names none, and none where its kind has none.
 */
export async function prepare(
  object: KubernetesObject,
  options: { client: ClusterClient; defaultNamespace?: string },
): Promise<KubernetesObject> {
  const { namespaced } = await options.client.resourceOf(
    object.apiVersion,
    object.kind,
  );
  const { namespace, ...metadata } = object.metadata;
  if (!namespaced) return namespace ? { ...object, metadata } : object;
  if (namespace || !options.defaultNamespace) return object;
  return {
    ...object,
    metadata: { ...object.metadata, namespace: options.defaultNamespace },
  };
}
