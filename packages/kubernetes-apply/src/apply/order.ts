import type { ObjectRef } from '../client/ClusterClient';
import { groupOf } from '../object/metadata';

// Order of kinds within a stage; fluxcd/pkg ssa, `sort.go`, Flux 2.9.
const FIRST = [
  'CustomResourceDefinition',
  'Namespace',
  'ClusterRole',
  'ClusterClass',
  'RuntimeClass',
  'PriorityClass',
  'StorageClass',
  'VolumeSnapshotClass',
  'IngressClass',
  'GatewayClass',
  'ClusterRoleBinding',
  'ResourceQuota',
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'ConfigMap',
  'Secret',
  'Service',
  'LimitRange',
  'Deployment',
  'StatefulSet',
  'CronJob',
  'PodDisruptionBudget',
];
// What could stop all that follows comes last.
const LAST = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

const RANKS = new Map([
  ...FIRST.map((kind, i): [string, number] => [kind, i - FIRST.length]),
  ...LAST.map((kind, i): [string, number] => [kind, i + 1]),
]);

/**
 * Compares by the order in which objects are applied: definitions first, then
 * what others need, other kinds alphabetically, webhooks last.
 *
 * @public
 */
export function compareApplyOrder(a: ObjectRef, b: ObjectRef): number {
  const byRank = (RANKS.get(a.kind) ?? 0) - (RANKS.get(b.kind) ?? 0);
  return (
    byRank ||
    compare(a.kind, b.kind) ||
    compare(groupOf(a.apiVersion), groupOf(b.apiVersion)) ||
    compare(a.namespace ?? '', b.namespace ?? '') ||
    compare(a.name, b.name)
  );
}

/** The stage an object belongs to; `other` is the last. */
export type Stage = 'definitions' | 'classes' | 'custom' | 'other';

export const STAGES: readonly Stage[] = [
  'definitions',
  'classes',
  'custom',
  'other',
];

/** Flux 2.9: definitions, then classes, then kinds set aside, then the rest. */
export function stageOf(ref: ObjectRef, customKinds: readonly string[]): Stage {
  const definitions = ['CustomResourceDefinition', 'Namespace', 'ClusterRole'];
  if (definitions.includes(ref.kind)) return 'definitions';
  if (ref.kind.endsWith('Class')) return 'classes';
  const id = `${groupOf(ref.apiVersion)}/${ref.kind}`;
  return customKinds.includes(id) ? 'custom' : 'other';
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
