import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { groupOf } from '../object/metadata';
import { conditionsOf, fieldsOf, numberAt, textAt } from './fields';
import {
  current,
  failed,
  inProgress,
  unknown,
  type Health,
  type HealthRule,
} from './HealthStatus';
import { jobHealth } from './job';
import { podHealth } from './pod';
import {
  daemonSetHealth,
  deploymentHealth,
  replicaSetHealth,
  statefulSetHealth,
} from './workloads';

type Rule = (object: KubernetesObject, now: number) => Health;

const always = (): Health => current('Resource is always ready');

function serviceHealth(object: KubernetesObject): Health {
  const waits =
    textAt(object, 'spec', 'type') === 'LoadBalancer' &&
    textAt(object, 'spec', 'clusterIP') === '';
  return waits
    ? inProgress('ClusterIP not set. Service type: LoadBalancer')
    : current('Service is ready');
}

function claimHealth(object: KubernetesObject): Health {
  const phase = textAt(object, 'status', 'phase');
  return phase === 'Bound'
    ? current('PVC is Bound')
    : inProgress(`PVC is not Bound. phase: ${phase || 'unknown'}`);
}

function definitionHealth(object: KubernetesObject): Health {
  for (const { type, status, reason, message } of conditionsOf(object)) {
    if (type === 'NamesAccepted' && status === 'False') return failed(message);
    if (type !== 'Established') continue;
    if (status === 'True') return current('CRD is established');
    if (status === 'False' && reason !== 'Installing') return failed(message);
  }
  return inProgress('Install in progress');
}

// By group and kind. Kinds that are not listed have no rule of their own.
const RULES = new Map<string, Rule>([
  ['/Secret', always],
  ['/ConfigMap', always],
  ['batch/CronJob', always],
  [
    'policy/PodDisruptionBudget',
    () => current('AllowedDisruptions has been computed.'),
  ],
  ['/Service', serviceHealth],
  ['/PersistentVolumeClaim', claimHealth],
  ['/Pod', podHealth],
  ['apps/Deployment', deploymentHealth],
  ['extensions/Deployment', deploymentHealth],
  ['apps/StatefulSet', statefulSetHealth],
  ['apps/DaemonSet', daemonSetHealth],
  ['extensions/DaemonSet', daemonSetHealth],
  ['apps/ReplicaSet', replicaSetHealth],
  ['extensions/ReplicaSet', replicaSetHealth],
  ['apiextensions.k8s.io/CustomResourceDefinition', definitionHealth],
]);

/** @public */
export interface HealthOptions {
  /** Come before the built-in rules; that of a kind before that of a group. */
  rules?: readonly HealthRule[];
  /** Milliseconds since 1970, for pods that wait; default is the present. */
  now?: number;
}

/**
 * How an object is doing, from its own fields alone: the rules of kstatus
 * with Flux 2.9's rule for Jobs, and its messages. Objects of any shape give
 * an answer.
 *
 * @public
 */
export function healthOf(
  object: KubernetesObject,
  options: HealthOptions = {},
): Health {
  const group = groupOf(object.apiVersion);
  const { kind } = object;
  // As in Flux, a rule alone decides, even of objects that are being deleted.
  for (const wanted of [kind, '']) {
    for (const rule of options.rules ?? []) {
      if (rule.kind !== wanted || groupOf(rule.apiVersion) !== group) continue;
      const health = rule.evaluate(object);
      if (health) return health;
    }
  }
  if (kind === 'Job' && group === 'batch') return jobHealth(object);
  const generic = genericHealth(object);
  if (generic) return generic;
  const rule = RULES.get(`${group}/${kind}`);
  return rule
    ? rule(object, options.now ?? Date.now())
    : readyConditionHealth(object);
}

/** What holds for all kinds, before the rule of one. */
function genericHealth(object: KubernetesObject): Health | undefined {
  if (object.metadata.deletionTimestamp) {
    return {
      status: 'Terminating',
      message: 'Resource scheduled for deletion',
    };
  }
  const observed = numberAt(object, 'status', 'observedGeneration');
  const generation = numberAt(object, 'metadata', 'generation');
  const isRead = fieldsOf(object, 'status').observedGeneration === observed;
  if (generation !== undefined && !isRead) {
    return unknown('status.observedGeneration is not a whole number');
  }
  if (
    observed !== undefined &&
    generation !== undefined &&
    observed !== generation
  ) {
    return inProgress(
      `${object.kind} generation is ${generation}, but latest observed generation is ${observed}`,
    );
  }
  for (const { type, status, message } of conditionsOf(object)) {
    if (status !== 'True') continue;
    if (type === 'Reconciling') return inProgress(message);
    if (type === 'Stalled') return failed(message);
  }
  return undefined;
}

function readyConditionHealth(object: KubernetesObject): Health {
  for (const { type, status, message } of conditionsOf(object)) {
    if (type !== 'Ready') continue;
    if (status === 'True') return current('Resource is Ready');
    if (status === 'False' || status === 'Unknown') return inProgress(message);
  }
  return current('Resource is current');
}
