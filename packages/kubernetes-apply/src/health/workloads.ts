import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { conditionOf, fieldsOf, numberAt, textAt } from './fields';
import { current, failed, inProgress, type Health } from './HealthStatus';

// Rules of kstatus for kinds that run pods (cli-utils, as Flux 2.9 uses it).

export function deploymentHealth(object: KubernetesObject): Health {
  const progressing = conditionOf(object, 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded') {
    return failed(`Progress deadline exceeded: ${progressing.message}`);
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
  const hasDeadline =
    numberAt(object, 'spec', 'progressDeadlineSeconds') !== undefined;
  const complete =
    !hasDeadline ||
    (progressing?.status === 'True' &&
      progressing.reason === 'NewReplicaSetAvailable');
  if (!complete) return inProgress('ReplicaSet not Available');
  if (conditionOf(object, 'Available')?.status !== 'True') {
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
    fieldsOf(object, 'spec', 'updateStrategy', 'rollingUpdate'),
    'partition',
  );
  if (partition !== undefined && partition > 0) {
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
    return inProgress(`Waiting for updated revision to match current: ${to}`);
  }
  return current(`All replicas scheduled as expected. Replicas: ${replicas}`);
}

export function daemonSetHealth(object: KubernetesObject): Health {
  if (
    numberAt(object, 'metadata', 'generation') === undefined ||
    numberAt(object, 'status', 'observedGeneration') === undefined
  ) {
    return inProgress('Missing .status.observedGeneration');
  }
  const desired = numberAt(object, 'status', 'desiredNumberScheduled');
  if (desired === undefined) {
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
  const failure = conditionOf(object, 'ReplicaFailure');
  if (failure?.status === 'True') {
    return inProgress(`Replica Failure condition. Check Pods`);
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

/** Flux's own rule: upstream takes a running Job for done. */
export function jobHealth(object: KubernetesObject): Health {
  const failure = conditionOf(object, 'Failed');
  if (failure?.status === 'True') {
    return failed(`Job Failed: ${failure.message || failure.reason}`);
  }
  if (conditionOf(object, 'Complete')?.status === 'True') {
    return current('Job Completed');
  }
  if (conditionOf(object, 'Suspended')?.status === 'True') {
    return current('Job Suspended');
  }
  return inProgress('Job in progress');
}
