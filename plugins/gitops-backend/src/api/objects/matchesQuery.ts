import { ObjectsQuery } from '@backstage-gitops/plugin-gitops-common';
import { fullEntityRef } from '@backstage-gitops/plugin-gitops-node';
import { InvalidRequestError } from '../errors';
import { ObjectSummary } from './ObjectSummary';

/**
 * All filters of a query but `status`, which counts must not see, and `entity`,
 * which a resolver answers.
 */
export function queryMatcher(
  query: ObjectsQuery,
): (object: ObjectSummary) => boolean {
  const kinds = query.kind && new Set(query.kind);
  const owners =
    query.owner &&
    new Set(query.owner.map(owner => entityRefOf('owner', owner, 'group')));
  const terms = (query.search ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  return object => {
    const { key } = object;
    return (
      (query.home === undefined || key.home === query.home) &&
      (!kinds || kinds.has(key.kind)) &&
      (query.namespace === undefined || key.namespace === query.namespace) &&
      (query.name === undefined || key.name === query.name) &&
      (query.suspended === undefined || object.suspended === query.suspended) &&
      (!owners ||
        (object.ownerRef !== undefined && owners.has(object.ownerRef))) &&
      terms.every(term => object.searchText.includes(term))
    );
  };
}

/** An entity reference of the query, in full and in lower case. */
export function entityRefOf(
  parameter: string,
  text: string,
  defaultKind: string,
): string {
  const ref = fullEntityRef(text, defaultKind);
  if (!ref) {
    throw new InvalidRequestError(
      `Parameter '${parameter}': '${text}' is no entity reference; expected kind:namespace/name`,
    );
  }
  return ref;
}
