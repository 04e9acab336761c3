import {
  isGitopsGroup,
  splitApiVersion,
} from '@backstage-gitops/plugin-gitops-common';

/**
 * Whose a document is: a GitOps object, an entity of the catalog, or something
 * else, mostly of Kubernetes.
 */
export type DocumentClass = 'gitops' | 'catalog' | 'foreign';

/** Which documents belong to the catalog beside GitOps objects. */
export interface ClassifyOptions {
  /** Kinds that the rules of the catalog allow; lower case. */
  catalogKinds: ReadonlySet<string>;
}

/** Groups of Kubernetes itself: `apps`, `batch`, all below k8s.io, and the core. */
function isKubernetesGroup(group: string): boolean {
  return !group.includes('.') || /(^|\.)k8s\.io$/.test(group);
}

/**
 * The class of a document in a file that holds a GitOps object. Other people's
 * API groups are the catalog's only where its rules allow their kind.
 */
export function classify(
  apiVersion: unknown,
  kind: unknown,
  options: ClassifyOptions,
): DocumentClass {
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') {
    return 'foreign';
  }
  const { group } = splitApiVersion(apiVersion);
  if (isGitopsGroup(group)) {
    return 'gitops';
  }
  if (/(^|\.)backstage\.io$/.test(group)) {
    return 'catalog';
  }
  if (isKubernetesGroup(group)) {
    return 'foreign';
  }
  return options.catalogKinds.has(kind.toLowerCase()) ? 'catalog' : 'foreign';
}
