import type { ObjectRef } from '../client/ClusterClient';
import { groupOf } from './metadata';

/**
 * The same for an object in every version of its group: what an inventory
 * would call one object.
 */
export function objectKey(ref: ObjectRef): string {
  const { apiVersion, kind, namespace = '', name } = ref;
  return `${groupOf(apiVersion)}/${kind}/${namespace}/${name}`;
}

/** The same for a kind in every version of its group. */
export function kindKey({
  apiVersion,
  kind,
}: Pick<ObjectRef, 'apiVersion' | 'kind'>): string {
  return `${groupOf(apiVersion)}/${kind}`;
}
