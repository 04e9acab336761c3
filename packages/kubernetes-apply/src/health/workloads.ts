import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { conditionsOf, hasCondition, numberAt, textAt } from './fields';
import { current, failed, inProgress, type Health } from './HealthStatus';

/** What the controller takes for none. */
const NO_DEADLINE = 2 ** 31 - 1;

// Rules of kstatus for kinds that run pods (cli-utils, as Flux 2.9 uses it).

export function deploymentHealth(object: KubernetesObject): Health {
  const conditions = conditionsOf(object);
  const progressing = conditions.filter(({ type }) => type === 'Progressing');
  if (progressing.some(c => c.reason === 'ProgressDeadlineExceeded')) {
    return failed('Progress deadline exceeded');
  }
  const wanted = numberAt(object, 'spec', 'replicas') ?? 1;
  const count = (field: string) => numberAt(object, 'status', field) ?? 0;
  const replicas = count('replicas');
  const updated = count('updatedReplicas');
  const available = count('availableReplicas');
  if (wanted > replicas) return inProgress(`Replicas: ${replicas}/${wanted}`);
  if (wanted > updated) return inProgress(`Updated: ${updated}/${wanted}`);
  if (replicas > wanted) {
    return inProgress(`Pending termination: ${replicas - wanted}`);
  }
  if (updated > available) {
    return inProgress(`Available: ${available}/${updated}`);
  }
  const ready = count('readyReplicas');
  if (wanted > ready) return inProgress(`Ready: ${ready}/${wanted}`);
  // Without a deadline the controller does not tell how it proceeds.
  const deadline = numberAt(object, 'spec', 'progressDeadlineSeconds');
  const complete =
    (deadline ?? NO_DEADLINE) === NO_DEADLINE ||
    progressing.some(
      c => c.status === 'True' && c.reason === 'NewReplicaSetAvailable',
    );
  if (!complete) return inProgress('ReplicaSet not Available');
  if (!hasCondition(object, 'Available', 'True')) {
    return inProgress('Deployment not Available');
  }
  return current(`Deployment is available. Replicas: ${replicas}`);
}

export function statefulSetHealth(object: KubernetesObject): Health {
  if (textAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete') {
    return current('StatefulSet is using the ondelete update strategy');
  }
  const wanted = numberAt(object, 'spec', 'replicas') ?? 1;
  const count = (field: string) => numberAt(object, 'status', field) ?? 0;
  const replicas = count('replicas');
  const ready = count('readyReplicas');
  if (wanted > replicas) return inProgress(`Replicas: ${replicas}/${wanted}`);
  if (wanted > ready) return inProgress(`Ready: ${ready}/${wanted}`);
  if (replicas > wanted) {
    return inProgress(`Pending termination: ${replicas - wanted}`);
  }
  const partition = numberAt(
    object,
    'spec',
    'updateStrategy',
    'rollingUpdate',
    'partition',
  );
  // The API server writes 0 where there is none, and kstatus does not mind.
  if (partition !== undefined && partition !== -1) {
    const updated = count('updatedReplicas');
    return updated < wanted - partition
      ? inProgress(`updated: ${updated}/${wanted - partition}`)
      : current(`Partition rollout complete. updated: ${updated}`);
  }
  const running = count('currentReplicas');
  if (wanted > running) return inProgress(`current: ${running}/${wanted}`);
  const from = textAt(object, 'status', 'currentRevision');
  const to = textAt(object, 'status', 'updateRevision');
  if (from !== to) {
    return inProgress('Waiting for updated revision to match current');
  }
  return current(`All replicas scheduled as expected. Replicas: ${replicas}`);
}

export function daemonSetHealth(object: KubernetesObject): Health {
  if (numberAt(object, 'metadata', 'generation') === undefined) {
    return inProgress('DaemonSet metadata.generation not found');
  }
  if (numberAt(object, 'status', 'observedGeneration') === undefined) {
    return inProgress('DaemonSet status.observedGeneration not found');
  }
  const desired = numberAt(object, 'status', 'desiredNumberScheduled');
  if (desired === undefined || desired === -1) {
    return inProgress('Missing .status.desiredNumberScheduled');
  }
  for (const [name, field] of [
    ['Current', 'currentNumberScheduled'],
    ['Updated', 'updatedNumberScheduled'],
    ['Available', 'numberAvailable'],
    ['Ready', 'numberReady'],
  ]) {
    const count = numberAt(object, 'status', field) ?? 0;
    if (desired > count) return inProgress(`${name}: ${count}/${desired}`);
  }
  return current(`All replicas scheduled as expected. Replicas: ${desired}`);
}

export function replicaSetHealth(object: KubernetesObject): Health {
  if (hasCondition(object, 'ReplicaFailure', 'True')) {
    return inProgress('Replica Failure condition. Check Pods');
  }
  const wanted = numberAt(object, 'spec', 'replicas') ?? 1;
  for (const [name, field] of [
    ['Labelled', 'fullyLabeledReplicas'],
    ['Available', 'availableReplicas'],
    ['Ready', 'readyReplicas'],
  ]) {
    const count = numberAt(object, 'status', field) ?? 0;
    if (wanted > count) return inProgress(`${name}: ${count}/${wanted}`);
  }
  const replicas = numberAt(object, 'status', 'replicas') ?? 0;
  if (replicas > wanted) {
    return inProgress(`Pending termination: ${replicas - wanted}`);
  }
  return current(`ReplicaSet is available. Replicas: ${replicas}`);
}
