import type { PageInfo } from './types';

/**
 * The slim entity of a GitOps object that is not registered, as the catalog is
 * given it: who it is and what it refers to; never values, patches, status,
 * addresses or credentials. The catalog adds where it comes from.
 *
 * @public
 */
export interface PublishedEntity {
  /** The served version of the kind. */
  apiVersion: string;
  kind: string;
  metadata: {
    /**
     * That of the object in the bare home, else `<name>_<home>`; beyond 63
     * characters cut, with a hash.
     */
    name: string;
    namespace: string;
    /** Of the home, of the object's name, and of Backstage's Kubernetes id. */
    annotations: Record<string, string>;
  };
  /** Entity references are in full and in lower case. */
  spec: {
    /** The controller of the kind, such as `source`. */
    type: string;
    owner?: string;
    component?: string;
    /** Where its content comes from. */
    sources?: string[];
    /** What must be ready first, or is referred to otherwise. */
    dependsOn?: string[];
  };
}

/**
 * Without `since`, all entities of a home page by page; with it, what changed
 * since.
 *
 * @public
 */
export interface PublishedEntitiesQuery {
  home: string;
  /** `state` of an answer. Not together with `cursor`. */
  since?: string;
  /** 1 to 1000, default 500. */
  limit?: number;
  /** `pageInfo` of the page before. */
  cursor?: string;
}

/**
 * Entities that are published, in the order of their references.
 *
 * @public
 */
export interface PublishedEntityList {
  /**
   * False while the home is not connected or not all of its objects have been
   * seen. Nothing else of the answer counts then: what was published stays.
   */
  complete: boolean;
  /** Why it is not complete, for people. */
  reason?: string;
  /** What changed is not known any more: list all anew. */
  reset: boolean;
  /**
   * What is published, in one word; the same at all replicas. Of a list over
   * several pages, that of the first one is to be used with `since`.
   */
  state: string;
  /** A page of all, or those that were added or changed. */
  items: PublishedEntity[];
  /** Entity references; empty without `since`. */
  removed: string[];
  /** That are published now. */
  totalItems: number;
  pageInfo: Pick<PageInfo, 'nextCursor'>;
}
