import type { JsonObject } from '../json/value';
import { asArray, asString, at } from '../json/value';
import { age } from './age';
import { AGE, entries, text, type Column } from './column';

/** What `kubectl get pods` says of a pod. */
interface PodSummary {
  status: string;
  ready: number;
  restarts: number;
  /** When a container last ended before it was started again. */
  lastRestart?: string;
}

/** A pod's line (`printPod`, Kubernetes 1.34). */
function summaryOf(pod: JsonObject): PodSummary {
  const summary: PodSummary = {
    status: podReason(pod),
    ready: 0,
    restarts: 0,
  };
  const isInitializing = readInits(pod, summary);
  const isInitialized = hasCondition(pod, 'Initialized');
  if (!isInitializing || isInitialized) readMains(pod, summary);
  const phase = at(pod, 'status', 'phase');
  const isOver = phase === 'Succeeded' || phase === 'Failed';
  if (at(pod, 'metadata', 'deletionTimestamp') && !isOver) {
    summary.status = 'Terminating';
  }
  return summary;
}

function podReason(pod: JsonObject): string {
  const isGated = entries(pod, 'status', 'conditions').some(
    condition =>
      condition.type === 'PodScheduled' &&
      condition.reason === 'SchedulingGated',
  );
  if (isGated) return 'SchedulingGated';
  return (
    asString(at(pod, 'status', 'reason')) ??
    asString(at(pod, 'status', 'phase')) ??
    'Unknown'
  );
}

/** Reads the init containers. Returns whether one of them holds the pod up. */
function readInits(pod: JsonObject, summary: PodSummary): boolean {
  const specs = entries(pod, 'spec', 'initContainers');
  for (const [index, status] of entries(
    pod,
    'status',
    'initContainerStatuses',
  ).entries()) {
    countRestarts(status, summary);
    const isSidecar =
      specs.find(({ name }) => name === status.name)?.restartPolicy ===
      'Always';
    const terminated = at(status, 'state', 'terminated');
    if (terminated && at(terminated, 'exitCode') === 0) continue;
    if (isSidecar && status.started === true) {
      if (status.ready === true) summary.ready += 1;
      continue;
    }
    const waiting = at(status, 'state', 'waiting', 'reason');
    if (terminated) {
      summary.status = `Init:${endOf(status)}`;
    } else if (waiting && waiting !== 'PodInitializing') {
      summary.status = `Init:${String(waiting)}`;
    } else {
      summary.status = `Init:${index}/${specs.length}`;
    }
    return true;
  }
  return false;
}

function readMains(pod: JsonObject, summary: PodSummary): void {
  let isRunning = false;
  summary.restarts = 0;
  for (const status of entries(pod, 'status', 'containerStatuses').reverse()) {
    countRestarts(status, summary);
    const waiting = asString(at(status, 'state', 'waiting', 'reason'));
    if (waiting) summary.status = waiting;
    else if (at(status, 'state', 'terminated')) summary.status = endOf(status);
    else if (status.ready === true && at(status, 'state', 'running')) {
      isRunning = true;
      summary.ready += 1;
    }
  }
  if (summary.status === 'Completed' && isRunning) {
    summary.status = hasCondition(pod, 'Ready') ? 'Running' : 'NotReady';
  }
}

function endOf(status: JsonObject): string {
  const { reason, exitCode } = (at(status, 'state', 'terminated') ??
    {}) as JsonObject;
  return asString(reason) ?? `ExitCode:${String(exitCode)}`;
}

function countRestarts(status: JsonObject, summary: PodSummary): void {
  summary.restarts += Number(status.restartCount ?? 0);
  const ended = asString(at(status, 'lastState', 'terminated', 'finishedAt'));
  if (ended && ended > (summary.lastRestart ?? '')) {
    summary.lastRestart = ended;
  }
}

function hasCondition(pod: JsonObject, type: string): boolean {
  return entries(pod, 'status', 'conditions').some(
    condition => condition.type === type && condition.status === 'True',
  );
}

function containerCount(pod: JsonObject): number {
  const sidecars = entries(pod, 'spec', 'initContainers').filter(
    container => container.restartPolicy === 'Always',
  );
  return asArray(at(pod, 'spec', 'containers')).length + sidecars.length;
}

function readinessGates(pod: JsonObject): string {
  const gates = entries(pod, 'spec', 'readinessGates');
  if (gates.length === 0) return '<none>';
  const met = gates.filter(gate =>
    hasCondition(pod, String(gate.conditionType)),
  );
  return `${met.length}/${gates.length}`;
}

/** The columns of pods. */
export const POD_COLUMNS: Column[] = [
  text('Ready', pod => `${summaryOf(pod).ready}/${containerCount(pod)}`),
  text('Status', pod => summaryOf(pod).status),
  text('Restarts', (pod, now) => {
    const { restarts, lastRestart } = summaryOf(pod);
    return restarts > 0 && lastRestart
      ? `${restarts} (${age(lastRestart, now)} ago)`
      : String(restarts);
  }),
  AGE,
  text('IP', pod => asString(at(pod, 'status', 'podIP')) ?? '<none>', 1),
  text('Node', pod => asString(at(pod, 'spec', 'nodeName')) ?? '<none>', 1),
  text(
    'Nominated Node',
    pod => asString(at(pod, 'status', 'nominatedNodeName')) || '<none>',
    1,
  ),
  text('Readiness Gates', readinessGates, 1),
];
