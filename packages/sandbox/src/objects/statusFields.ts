import type { JsonObject } from '../json/value';
import { clone } from '../json/value';
import type { Resource, ResourceVersion } from '../kinds/resource';
import { hasSubresource } from '../kinds/resource';

// What an object's status is when nobody has written it: members that the
// types of Kubernetes 1.34 always write.
const INITIAL_STATUS: Record<string, JsonObject> = {
  CustomResourceDefinition: {
    conditions: null,
    acceptedNames: { plural: '', kind: '' },
    storedVersions: [],
  },
  DaemonSet: {
    currentNumberScheduled: 0,
    desiredNumberScheduled: 0,
    numberMisscheduled: 0,
    numberReady: 0,
  },
  HorizontalPodAutoscaler: { currentMetrics: null, desiredReplicas: 0 },
  Ingress: { loadBalancer: {} },
  Namespace: { phase: 'Active' },
  PersistentVolume: { phase: 'Pending' },
  PersistentVolumeClaim: { phase: 'Pending' },
  Pod: { phase: 'Pending', qosClass: 'BestEffort' },
  PodDisruptionBudget: {
    currentHealthy: 0,
    desiredHealthy: 0,
    disruptionsAllowed: 0,
    expectedPods: 0,
  },
  ReplicaSet: { replicas: 0 },
  ReplicationController: { replicas: 0 },
  Service: { loadBalancer: {} },
  StatefulSet: { availableReplicas: 0, replicas: 0 },
};

/** The status of a new object: none for a custom resource, the kind's own for a built-in one. */
export function initialStatus(
  resource: Resource,
  version: ResourceVersion,
): JsonObject | undefined {
  if (resource.custom || !hasSubresource(version, 'status')) return undefined;
  return clone(INITIAL_STATUS[resource.kind] ?? {});
}

const BUILTIN_WITH_GENERATION = new Set([
  'CronJob',
  'CustomResourceDefinition',
  'DaemonSet',
  'Deployment',
  'EndpointSlice',
  'Ingress',
  'IngressClass',
  'Job',
  'MutatingWebhookConfiguration',
  'NetworkPolicy',
  'Pod',
  'PodDisruptionBudget',
  'PriorityClass',
  'ReplicaSet',
  'ReplicationController',
  'StatefulSet',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
]);

/** Whether `metadata.generation` counts the kind's changes. */
export function tracksGeneration(resource: Resource): boolean {
  return resource.custom || BUILTIN_WITH_GENERATION.has(resource.kind);
}
