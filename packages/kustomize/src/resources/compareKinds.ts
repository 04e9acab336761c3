import { compareCodePoints } from '@backstage-gitops/kubernetes-yaml';
import { GroupVersionKind } from './ResourceId';

/** Kinds that the legacy order puts first. */
export const ORDER_FIRST: readonly string[] = [
  'Namespace',
  'ResourceQuota',
  'StorageClass',
  'CustomResourceDefinition',
  'ServiceAccount',
  'PodSecurityPolicy',
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
  'ConfigMap',
  'Secret',
  'Endpoints',
  'Service',
  'LimitRange',
  'PriorityClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Deployment',
  'StatefulSet',
  'CronJob',
  'PodDisruptionBudget',
];

/** Kinds that the legacy order puts last. */
export const ORDER_LAST: readonly string[] = [
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
];

/** Sorts kinds within a rank. */
export function gvkKey(gvk: GroupVersionKind): string {
  return `${gvk.group || '~G'}_${gvk.version || '~V'}_${gvk.kind || '~K'}`;
}

const RANKS: ReadonlyMap<string, number> = new Map([
  ...ORDER_FIRST.map((kind, i) => [kind, i - ORDER_FIRST.length] as const),
  ...ORDER_LAST.map((kind, i) => [kind, i + 1] as const),
]);

/** Where a kind stands among others: what `compareKinds` looks at. */
export interface KindOrder {
  readonly rank: number;
  readonly key: string;
}

/** The place of a kind, to be made once for each. */
export function kindOrder(gvk: GroupVersionKind): KindOrder {
  return { rank: RANKS.get(gvk.kind) ?? 0, key: gvkKey(gvk) };
}

/** The order in which kustomize keeps field specifications. */
export function compareKinds(a: KindOrder, b: KindOrder): number {
  return a.rank - b.rank || compareCodePoints(a.key, b.key);
}
