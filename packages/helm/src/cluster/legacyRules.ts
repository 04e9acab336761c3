import type { Health, HealthRule } from '@backstage-gitops/kubernetes-apply';
import { isJsonObject } from '@backstage-gitops/kubernetes-yaml';
import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import type { ClusterObject } from './ClusterObject';
import { valueAt } from './finishedRules';

type Evaluate = (object: KubernetesObject) => Health;

const ready = (message: string): Health => ({ status: 'Current', message });
const waiting = (message: string): Health => ({
  status: 'InProgress',
  message,
});

/**
 * When objects are ready by the rules of Helm 3, which Helm 4.2 calls `legacy`:
 * a rule for each kind among the objects. Kinds that it does not know have but to
 * exist.
 *
 * Where it looks at the newest ReplicaSet of a Deployment, what the Deployment says
 * of its Pods is asked: those that are ready, less those that may be of older ones.
 *
 * @param options.jobs - Jobs have to be done, too
 */
export function legacyRules(
  objects: readonly ClusterObject[],
  options: { jobs?: boolean },
): HealthRule[] {
  const kinds = new Map(
    objects.map(({ ref: { apiVersion, kind } }) => [
      `${apiVersion}/${kind}`,
      { apiVersion, kind },
    ]),
  );
  return [...kinds.values()].map(({ apiVersion, kind }) => ({
    ...{ apiVersion, kind },
    evaluate: evaluationOf(apiVersion, kind, options),
  }));
}

const pod: Evaluate = object =>
  conditionOf(object, 'Ready') === 'True'
    ? ready('Pod is ready')
    : waiting('Pod is not ready');

const claim: Evaluate = object =>
  valueAt(object, 'status', 'phase') === 'Bound'
    ? ready('PersistentVolumeClaim is bound')
    : waiting('PersistentVolumeClaim is not bound');

const service: Evaluate = object => {
  const type = valueAt(object, 'spec', 'type');
  if (type === 'ExternalName') {
    return ready('Service is external');
  }
  if (!valueAt(object, 'spec', 'clusterIP')) {
    return waiting('Service does not have cluster IP address');
  }
  const externalIps = valueAt(object, 'spec', 'externalIPs');
  const hasExternalIp = Array.isArray(externalIps) && externalIps.length > 0;
  return type === 'LoadBalancer' &&
    !hasExternalIp &&
    !valueAt(object, 'status', 'loadBalancer', 'ingress')
    ? waiting('Service does not have load balancer ingress IP address')
    : ready('Service is ready');
};

const allReady: Evaluate = object => {
  if (!isObserved(object)) {
    return unobserved(object);
  }
  const [replicas, readyReplicas] = counts(object, 'replicas', 'readyReplicas');
  return readyReplicas < replicas
    ? notEnough(object, readyReplicas, replicas)
    : ready(`${object.kind} is ready`);
};

const deployment: Evaluate = object => {
  if (!isObserved(object)) {
    return unobserved(object);
  }
  const wanted = numberOf(valueAt(object, 'spec', 'replicas'), 1);
  const [all, updated, readyReplicas] = counts(
    object,
    ...['replicas', 'updatedReplicas', 'readyReplicas'],
  );
  const { unavailable, surge } = rollingOf(object, wanted);
  // At least one of both, as the controller resolves them.
  const expected =
    wanted -
    Math.min(wanted, unavailable === 0 && surge === 0 ? 1 : unavailable);
  const newest = Math.max(0, readyReplicas - Math.max(0, all - updated));
  return newest < expected
    ? notEnough(object, newest, expected)
    : ready('Deployment is ready');
};

const statefulSet: Evaluate = object => {
  if (!isObserved(object)) {
    return unobserved(object);
  }
  const strategy = ['spec', 'updateStrategy'];
  const type = valueAt(object, ...strategy, 'type') ?? 'RollingUpdate';
  if (type !== 'RollingUpdate') {
    return ready('StatefulSet is not rolled by its controller');
  }
  const partition = numberOf(
    valueAt(object, ...strategy, 'rollingUpdate', 'partition'),
    0,
  );
  const wanted = numberOf(valueAt(object, 'spec', 'replicas'), 1);
  const [updated, readyReplicas] = counts(
    object,
    ...['updatedReplicas', 'readyReplicas'],
  );
  if (updated < wanted - partition) {
    return waiting(
      `StatefulSet has ${updated} of ${wanted - partition} Pods scheduled`,
    );
  }
  if (readyReplicas !== wanted) {
    return notEnough(object, readyReplicas, wanted);
  }
  return partition === 0 &&
    valueAt(object, 'status', 'currentRevision') !==
      valueAt(object, 'status', 'updateRevision')
    ? waiting('StatefulSet still has Pods of an older revision')
    : ready('StatefulSet is ready');
};

const daemonSet: Evaluate = object => {
  if (!isObserved(object)) {
    return unobserved(object);
  }
  const strategy = ['spec', 'updateStrategy'];
  const type = valueAt(object, ...strategy, 'type') ?? 'RollingUpdate';
  if (type !== 'RollingUpdate') {
    return ready('DaemonSet is not rolled by its controller');
  }
  const [desired, updated, readyNumber] = counts(
    object,
    ...['desiredNumberScheduled', 'updatedNumberScheduled', 'numberReady'],
  );
  if (updated !== desired) {
    return waiting(`DaemonSet has ${updated} of ${desired} Pods scheduled`);
  }
  const limit = valueAt(object, ...strategy, 'rollingUpdate', 'maxUnavailable');
  const expected = desired - (scaled(limit, desired, 'up') ?? 1);
  return readyNumber < expected
    ? notEnough(object, readyNumber, expected)
    : ready('DaemonSet is ready');
};

const definition: Evaluate = object =>
  conditionOf(object, 'Established') === 'True' ||
  // A conflict of names is nobody's fault who waits.
  conditionOf(object, 'NamesAccepted') === 'False'
    ? ready('CRD is ready')
    : waiting('CRD is not established');

const job: Evaluate = object => {
  const [failedPods, succeeded] = counts(object, 'failed', 'succeeded');
  const limit = numberOf(valueAt(object, 'spec', 'backoffLimit'), 6);
  if (failedPods > limit) {
    return { status: 'Failed', message: 'Job is failed' };
  }
  const completions = valueAt(object, 'spec', 'completions');
  return completions !== undefined && succeeded < numberOf(completions, 0)
    ? waiting('Job is not completed')
    : ready('Job is completed');
};

function isObserved(object: KubernetesObject): boolean {
  const { generation } = object.metadata;
  return valueAt(object, 'status', 'observedGeneration') === generation;
}

function unobserved({ kind }: KubernetesObject): Health {
  return waiting(`${kind} is not observed in its present generation yet`);
}

function notEnough(
  { kind }: KubernetesObject,
  count: number,
  expected: number,
): Health {
  return waiting(`${kind} has ${count} of ${expected} Pods ready`);
}

function counts(object: KubernetesObject, ...fields: string[]): number[] {
  return fields.map(field => numberOf(valueAt(object, 'status', field), 0));
}

function rollingOf(
  object: KubernetesObject,
  replicas: number,
): { unavailable: number; surge: number } {
  const strategy = ['spec', 'strategy'];
  const type = valueAt(object, ...strategy, 'type') ?? 'RollingUpdate';
  if (type !== 'RollingUpdate') {
    return { unavailable: 0, surge: 1 };
  }
  const of = (field: string) =>
    valueAt(object, ...strategy, 'rollingUpdate', field) ?? '25%';
  return {
    unavailable: scaled(of('maxUnavailable'), replicas, 'down') ?? 0,
    surge: scaled(of('maxSurge'), replicas, 'up') ?? 0,
  };
}

/** A number, or a share in percent of another one; undefined for what is neither. */
function scaled(
  value: unknown,
  of: number,
  round: 'up' | 'down',
): number | undefined {
  if (typeof value === 'number') {
    return value;
  }
  const percent = /^(\d+)%$/.exec(String(value))?.[1];
  if (percent === undefined) {
    return undefined;
  }
  const share = (Number(percent) * of) / 100;
  return round === 'up' ? Math.ceil(share) : Math.floor(share);
}

function conditionOf(
  object: KubernetesObject,
  type: string,
): string | undefined {
  const conditions = valueAt(object, 'status', 'conditions');
  const found = Array.isArray(conditions)
    ? conditions.find(one => isJsonObject(one) && one.type === type)
    : undefined;
  return isJsonObject(found) ? String(found.status) : undefined;
}

function numberOf(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

function evaluationOf(
  apiVersion: string,
  kind: string,
  { jobs }: { jobs?: boolean },
): Evaluate {
  const isThere = () => ready('it is there');
  switch (`${apiVersion.replace(/\/[^/]*$/, '')}/${kind}`) {
    case 'v1/Pod':
      return pod;
    case 'v1/PersistentVolumeClaim':
      return claim;
    case 'v1/Service':
      return service;
    case 'v1/ReplicationController':
    case 'apps/ReplicaSet':
      return allReady;
    case 'apps/Deployment':
      return deployment;
    case 'apps/StatefulSet':
      return statefulSet;
    case 'apps/DaemonSet':
      return daemonSet;
    case 'apiextensions.k8s.io/CustomResourceDefinition':
      return definition;
    case 'batch/Job':
      return jobs ? job : isThere;
    default:
      return isThere;
  }
}
