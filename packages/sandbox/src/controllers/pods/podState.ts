import type { JsonObject } from '../../json/value';
import { at } from '../../json/value';
import { conditionOf, holds } from '../conditions';
import { createdAt, isDeleting, numberAt, objectsAt, timeOf } from '../objects';

/** Whether a pod has ended for good. */
export function isFinished(pod: JsonObject): boolean {
  const phase = at(pod, 'status', 'phase');
  return phase === 'Succeeded' || phase === 'Failed';
}

/** Whether a pod counts for the controller that made it. */
export function isActive(pod: JsonObject): boolean {
  return !isFinished(pod) && !isDeleting(pod);
}

/** Whether a pod's condition Ready holds. */
export function isReady(pod: JsonObject): boolean {
  return holds(pod, 'Ready');
}

/** After how many milliseconds a ready pod counts as available; undefined while it is not ready. */
export function availableIn(
  pod: JsonObject,
  minReadySeconds: number,
  time: number,
): number | undefined {
  if (!isReady(pod)) return undefined;
  const since = timeOf(conditionOf(pod, 'Ready')?.lastTransitionTime) ?? time;
  return minReadySeconds === 0
    ? 0
    : Math.max(0, since + minReadySeconds * 1000 - time);
}

/** Whether a pod is available now. */
export function isAvailable(
  pod: JsonObject,
  minReadySeconds: number,
  time: number,
): boolean {
  return availableIn(pod, minReadySeconds, time) === 0;
}

/** The earliest time, in milliseconds from now, at which a ready pod becomes available. */
export function nextAvailability(
  pods: JsonObject[],
  minReadySeconds: number,
  time: number,
): number | undefined {
  const waits = pods
    .map(pod => availableIn(pod, minReadySeconds, time))
    .filter(wait => wait !== undefined)
    .filter(wait => wait > 0);
  return waits.length > 0 ? Math.min(...waits) : undefined;
}

/** The highest number of restarts of a pod's containers. */
export function restartsOf(pod: JsonObject): number {
  return Math.max(
    0,
    ...objectsAt(pod, 'status', 'containerStatuses').map(status =>
      numberAt(status, 0, 'restartCount'),
    ),
  );
}

const PHASES = ['Pending', 'Unknown', 'Running'];
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

/**
 * Pods in the order in which a scale-down takes them: first those that serve
 * least (Kubernetes 1.34, `controller_utils.go`, ActivePodsWithRanks).
 */
export function deletionOrder(pods: JsonObject[]): JsonObject[] {
  const rank = (pod: JsonObject): number[] => [
    at(pod, 'spec', 'nodeName') ? 1 : 0,
    PHASES.indexOf(String(at(pod, 'status', 'phase') ?? 'Pending')),
    isReady(pod) ? 1 : 0,
    numberAt(pod, 0, 'metadata', 'annotations', DELETION_COST),
    -(timeOf(conditionOf(pod, 'Ready')?.lastTransitionTime) ?? 0),
    -restartsOf(pod),
    -createdAt(pod),
  ];
  return pods
    .map((pod, index) => ({ pod, ranks: [...rank(pod), -index] }))
    .sort((a, b) => compareRanks(a.ranks, b.ranks))
    .map(({ pod }) => pod);
}

function compareRanks(left: number[], right: number[]): number {
  for (const [index, value] of left.entries()) {
    if (value !== right[index]) return value - right[index];
  }
  return 0;
}
