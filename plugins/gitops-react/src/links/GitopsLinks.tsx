import { createContext, PropsWithChildren, useContext } from 'react';
import type { ObjectKey } from '@backstage-gitops/plugin-gitops-common';

/**
 * Where things are in the app. Defaults to the paths that the plugins have
 * where app-config does not move them.
 *
 * @public
 */
export interface GitopsLinks {
  /** Path of the page with all objects. */
  objects(): string;
  /** Path of the report of the doctor. */
  doctor(): string;
  /** Path of the page of an object. */
  object(key: ObjectKey): string;
  /** Path of an entity, given its full reference. */
  entity(ref: string): string | undefined;
  /** Path of the page where manifests are registered; absent without one. */
  register(): string | undefined;
}

const ENTITY_REF = /^([^:/]+):([^:/]+)\/([^:/]+)$/;

const defaultLinks: GitopsLinks = {
  objects: () => '/gitops',
  doctor: () => '/gitops/doctor',
  object: key => `/gitops/objects/${objectSubPath(key)}`,
  entity: ref => {
    const [, kind, namespace, name] = ENTITY_REF.exec(ref) ?? [];
    return kind && `/catalog/${namespace}/${kind}/${name}`;
  },
  register: () => undefined,
};

function objectSubPath(key: ObjectKey): string {
  return [key.home, key.kind, key.namespace, key.name]
    .map(encodeURIComponent)
    .join('/');
}

const LinksContext = createContext<GitopsLinks>(defaultLinks);

/**
 * Tells the components of this package where the pages are mounted.
 *
 * @public
 */
export function GitopsLinksProvider(
  props: PropsWithChildren<{ links: Partial<GitopsLinks> }>,
) {
  const outer = useContext(LinksContext);
  return (
    <LinksContext.Provider value={{ ...outer, ...props.links }}>
      {props.children}
    </LinksContext.Provider>
  );
}

/** @public */
export function useGitopsLinks(): GitopsLinks {
  return useContext(LinksContext);
}
