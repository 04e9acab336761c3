import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { groupOf } from '../object/metadata';
import { conditionOf, conditionsOf, numberAt, textAt } from './fields';
import {
  current,
  failed,
  inProgress,
  type Health,
  type HealthRule,
} from './HealthStatus';
import { podHealth } from './pod';
import {
  daemonSetHealth,
  deploymentHealth,
  jobHealth,
  replicaSetHealth,
  statefulSetHealth,
} from './workloads';

type Rule = (object: KubernetesObject, now: number) => Health;

const always = (): Health => current('Resource is always ready');

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
  ['batch/Job', jobHealth],
  ['apiextensions.k8s.io/CustomResourceDefinition', definitionHealth],
]);

/** @public */
export interface HealthOptions {
  /** Come before the built-in rules, in order. */
  rules?: readonly HealthRule[];
  /** Milliseconds since 1970, for pods that wait; default is the present. */
  now?: number;
}

/**
 * How an object is doing, from its own fields alone: the rules of kstatus
 * with Flux 2.9's rule for Jobs. Objects of any shape give an answer.
 *
 * @public
 */
export function healthOf(
  object: KubernetesObject,
  options: HealthOptions = {},
): Health {
  if (object.metadata.deletionTimestamp) {
    return {
      status: 'Terminating',
      message: 'Resource scheduled for deletion',
    };
  }
  for (const rule of options.rules ?? []) {
    if (rule.apiVersion !== object.apiVersion || rule.kind !== object.kind) {
      continue;
    }
    const health = rule.evaluate(object);
    if (health) return health;
  }
  const generic = genericHealth(object);
  if (generic) return generic;
  const rule = RULES.get(`${groupOf(object.apiVersion)}/${object.kind}`);
  return rule
    ? rule(object, options.now ?? Date.now())
    : readyConditionHealth(object);
}

/** What holds for all kinds, before the rule of one. */
function genericHealth(object: KubernetesObject): Health | undefined {
  const observed = numberAt(object, 'status', 'observedGeneration');
  const generation = numberAt(object, 'metadata', 'generation') ?? 0;
  if (observed !== undefined && observed !== generation) {
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
  const ready = conditionOf(object, 'Ready');
  if (!ready) return current('Resource is current');
  if (ready.status === 'True') return current('Resource is Ready');
  return inProgress(ready.message);
}

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
  const names = conditionOf(object, 'NamesAccepted');
  if (names?.status === 'False') return failed(names.message);
  const established = conditionOf(object, 'Established');
  if (established?.status === 'True') return current('CRD is established');
  if (established?.status === 'False' && established.reason !== 'Installing') {
    return failed(established.message);
  }
  return inProgress('Install in progress');
}
