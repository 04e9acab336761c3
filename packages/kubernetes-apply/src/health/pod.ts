import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { conditionsOf, hasCondition, listAt, textAt } from './fields';
import {
  current,
  failed,
  inProgress,
  unknown,
  type Health,
} from './HealthStatus';

/** How long a pod may be unschedulable before it counts as failed. */
const UNSCHEDULABLE_AFTER_MS = 15_000;

/** kstatus' rule for pods (cli-utils, as Flux 2.9 uses it). */
export function podHealth(object: KubernetesObject, now: number): Health {
  const phase = textAt(object, 'status', 'phase');
  switch (phase) {
    case 'Succeeded':
      return current('Pod has completed successfully');
    case 'Failed':
      return current('Pod has completed, but not successfully');
    case 'Running':
      return runningHealth(object);
    case 'Pending':
      return pendingHealth(object, now);
    case '':
      return inProgress('Pod phase not available');
    default:
      return unknown(`unknown phase ${phase}`);
  }
}

function runningHealth(object: KubernetesObject): Health {
  if (hasCondition(object, 'Ready', 'True')) {
    return current('Pod is Ready');
  }
  const crashing = listAt(object, 'status', 'containerStatuses')
    .filter(
      status =>
        textAt(status, 'state', 'waiting', 'reason') === 'CrashLoopBackOff',
    )
    .map(status => textAt(status, 'name'));
  return crashing.length > 0
    ? failed(`Containers in CrashLoop state: ${crashing.join(',')}`)
    : inProgress('Pod is running but is not Ready');
}

function pendingHealth(object: KubernetesObject, now: number): Health {
  if (!isUnschedulable(object)) {
    return inProgress('Pod is in the Pending phase');
  }
  const created = Date.parse(textAt(object, 'metadata', 'creationTimestamp'));
  return now - created < UNSCHEDULABLE_AFTER_MS
    ? inProgress('Pod has not been scheduled')
    : failed('Pod could not be scheduled');
}

/** No node takes it. */
export function isUnschedulable(object: KubernetesObject): boolean {
  const unscheduled = conditionsOf(object).find(
    ({ type, status }) => type === 'PodScheduled' && status === 'False',
  );
  return unscheduled?.reason === 'Unschedulable';
}

/**
 * When an unschedulable pod will count as failed, in milliseconds since 1970;
 * `undefined` for all other objects.
 */
export function schedulingDeadline(
  object: KubernetesObject,
): number | undefined {
  const isWaiting =
    object.kind === 'Pod' &&
    object.apiVersion === 'v1' &&
    textAt(object, 'status', 'phase') === 'Pending' &&
    isUnschedulable(object);
  const created = Date.parse(textAt(object, 'metadata', 'creationTimestamp'));
  return isWaiting && !Number.isNaN(created)
    ? created + UNSCHEDULABLE_AFTER_MS
    : undefined;
}
