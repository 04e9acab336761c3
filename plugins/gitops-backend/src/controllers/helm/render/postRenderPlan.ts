import type { PostRenderer } from '@backstage-gitops/helm';
import type {
  HelmRelease,
  PostRenderer as SpecifiedRenderer,
} from '@backstage-gitops/plugin-gitops-common';
import { ownerLabels } from '../chart/chartTemplate';

/** What one entry of `spec.postRenderers` does. */
export type KustomizeChange = NonNullable<SpecifiedRenderer['kustomize']>;

/** What is done to the objects of a chart once they are rendered; plain data. */
export interface PostRenderPlan {
  /** What becomes of hooks. */
  strategy: PostRenderer['strategy'];
  /** In order, one after the other. */
  changes: readonly KustomizeChange[];
  /** That all objects get after that. */
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
}

/**
 * What is done for a HelmRelease (helm-controller 1.6): its kustomizations, its
 * common metadata, and the labels that say whose the objects are, over all others.
 */
export function postRenderPlan(object: HelmRelease): PostRenderPlan {
  const { postRenderers, postRenderStrategy, commonMetadata } = object.spec;
  return {
    strategy: postRenderStrategy ?? 'combined',
    changes: (postRenderers ?? []).flatMap(one => one.kustomize ?? []),
    labels: { ...commonMetadata?.labels, ...ownerLabels(object) },
    annotations: commonMetadata?.annotations ?? {},
  };
}
