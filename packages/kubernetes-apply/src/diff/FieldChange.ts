import type { JsonValue } from '@backstage-gitops/kubernetes-yaml';

/**
 * One field that differs.
 *
 * @public
 */
export interface FieldChange {
  /**
   * Where, as a path for people: `.spec.replicas`,
   * `.spec.template.spec.containers[name="app"].image`,
   * `.metadata.annotations["example.com/key"]`.
   */
  path: string;
  change: 'added' | 'removed' | 'changed';
  /** Masked for Secrets: `*** (before)`. */
  before?: JsonValue;
  /** Masked for Secrets: `*** (after)`. */
  after?: JsonValue;
}
