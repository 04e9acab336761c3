import { forbidden, notFound } from '../api/apiError';
import { at } from '../json/value';
import type { ObjectStore } from '../storage/objectStore';
import type { Target } from './writeRequest';

const IMMORTAL = ['default', 'kube-system', 'kube-public'];

/** Whether a namespace may never be deleted. */
export function isImmortalNamespace(name: string): boolean {
  return IMMORTAL.includes(name);
}

/**
 * Objects are created in namespaces that exist and are not going away.
 *
 * @throws ApiError 404, 403
 */
export function checkNamespace(store: ObjectStore, target: Target): void {
  const { resource, namespace, name } = target;
  if (!resource.namespaced) return;
  const found = store.get({
    storage: '/namespaces',
    namespace: '',
    name: namespace,
  });
  if (!found) {
    throw notFound({ group: '', resource: 'namespaces', name: namespace });
  }
  if (at(found, 'metadata', 'deletionTimestamp')) {
    throw forbidden(
      { group: resource.group, resource: resource.plural, name },
      `unable to create new content in namespace ${namespace} because it is being terminated`,
      [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    );
  }
}
