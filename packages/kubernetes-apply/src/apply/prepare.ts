import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import type { ResourceInfo } from '../client/ClusterClient';
import { InvalidReferenceError } from '../errors/errors';

/**
 * The object with the namespace that its kind needs: the default one where it
 * names none, and none where its kind has none.
 *
 * @throws InvalidReferenceError where it needs one and there is none
 */
export function prepare(
  object: KubernetesObject,
  { namespaced, kind, apiVersion }: ResourceInfo,
  defaultNamespace?: string,
): KubernetesObject {
  const { namespace, ...metadata } = object.metadata;
  if (!namespaced) return namespace ? { ...object, metadata } : object;
  if (namespace) return object;
  if (!defaultNamespace) {
    throw new InvalidReferenceError(
      `${kind} in "${apiVersion}" needs a namespace`,
      'set metadata.namespace',
    );
  }
  return {
    ...object,
    metadata: { ...object.metadata, namespace: defaultNamespace },
  };
}
