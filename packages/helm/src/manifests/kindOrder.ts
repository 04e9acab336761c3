import { compareCodePoints } from '@backstage-gitops/kubernetes-yaml';

/**
 * Whether objects are brought to the cluster or taken from it.
 *
 * @public
 */
export type KindOrder = 'install' | 'uninstall';

// Helm 4.2. The second is not the first backwards.
const INSTALL = [
  'PriorityClass',
  'Namespace',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'PodSecurityPolicy',
  'PodDisruptionBudget',
  'ServiceAccount',
  'Secret',
  'SecretList',
  'ConfigMap',
  'StorageClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'CustomResourceDefinition',
  'ClusterRole',
  'ClusterRoleList',
  'ClusterRoleBinding',
  'ClusterRoleBindingList',
  'Role',
  'RoleList',
  'RoleBinding',
  'RoleBindingList',
  'Service',
  'DaemonSet',
  'Pod',
  'ReplicationController',
  'ReplicaSet',
  'Deployment',
  'HorizontalPodAutoscaler',
  'StatefulSet',
  'Job',
  'CronJob',
  'IngressClass',
  'Ingress',
  'APIService',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
];

const UNINSTALL = [
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'APIService',
  'Ingress',
  'IngressClass',
  'Service',
  'CronJob',
  'Job',
  'StatefulSet',
  'HorizontalPodAutoscaler',
  'Deployment',
  'ReplicaSet',
  'ReplicationController',
  'Pod',
  'DaemonSet',
  'RoleBindingList',
  'RoleBinding',
  'RoleList',
  'Role',
  'ClusterRoleBindingList',
  'ClusterRoleBinding',
  'ClusterRoleList',
  'ClusterRole',
  'CustomResourceDefinition',
  'PersistentVolumeClaim',
  'PersistentVolume',
  'StorageClass',
  'ConfigMap',
  'SecretList',
  'Secret',
  'ServiceAccount',
  'PodDisruptionBudget',
  'PodSecurityPolicy',
  'LimitRange',
  'ResourceQuota',
  'NetworkPolicy',
  'Namespace',
  'PriorityClass',
];

const RANKS: Readonly<Record<KindOrder, ReadonlyMap<string, number>>> = {
  install: new Map(INSTALL.map((kind, rank) => [kind, rank])),
  uninstall: new Map(UNINSTALL.map((kind, rank) => [kind, rank])),
};

/**
 * In the order in which Helm 4 handles kinds; those it does not know come
 * last, by name. What is of one kind keeps its order.
 *
 * @public
 */
export function sortByKind<T extends { readonly kind: string }>(
  items: readonly T[],
  order: KindOrder,
): T[] {
  const ranks = RANKS[order];
  return [...items].sort((a, b) => {
    const first = ranks.get(a.kind) ?? ranks.size;
    const second = ranks.get(b.kind) ?? ranks.size;
    return first === ranks.size && second === ranks.size
      ? compareCodePoints(a.kind, b.kind)
      : first - second;
  });
}
