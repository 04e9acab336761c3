import { parseEntityRef } from '@backstage/catalog-model';
import type { GitopsLinks } from '@backstage-gitops/plugin-gitops-react';
import type { ObjectKey } from '@backstage-gitops/plugin-gitops-common';

/** Makes a path out of the parameters of the catalog's entity route. */
export type EntityPath = (params: {
  kind: string;
  namespace: string;
  name: string;
}) => string;

/** Links to entities by the catalog's route; references that are none have no link. */
export function entityLink(entityPath: EntityPath): GitopsLinks['entity'] {
  return ref => {
    try {
      const { kind, namespace, name } = parseEntityRef(ref);
      return entityPath({
        kind: kind.toLowerCase(),
        namespace: namespace.toLowerCase(),
        name,
      });
    } catch {
      return undefined;
    }
  };
}

/** The parameters of the route of an object's page. */
export function objectParams(key: ObjectKey) {
  const { home, kind, namespace, name } = key;
  return { home, kind, namespace, name };
}
