import type { JsonObject } from '../../json/value';
import { asObject, asString, at } from '../../json/value';
import type { ConditionEntry } from '../conditions';
import { conditionOf, nextCondition } from '../conditions';
import { generationOf, objectsAt } from '../objects';
import type { Behaviour } from './behaviour';
import type { ContainerEvent, ContainerStep } from './container';
import { stepContainer } from './container';
import { qosClass } from './qos';

/** What a pod's next status is made from. */
export interface PodInput {
  pod: JsonObject;
  behaviour: Behaviour;
  now: string;
  time: number;
  hostIp: string;
  podIp: string;
  crashDelayMs(restarts: number): number;
  /** Why a volume cannot be mounted. */
  unmountable: string | undefined;
  misconfigured(container: JsonObject): string | undefined;
  pullAgainIn(container: JsonObject): number;
}

/** A pod's next status. */
export interface PodStep {
  status: JsonObject;
  /** Milliseconds until it changes by itself. */
  again?: number;
  events: Array<ContainerEvent & { fieldPath?: string }>;
}

/** Moves a scheduled pod on by one state of its containers. */
export function stepPod(input: PodInput): PodStep {
  const inits = initSteps(input);
  const isInitialized = inits.every(isInitDone);
  const mains = objectsAt(input.pod, 'spec', 'containers').map(container =>
    isInitialized && !input.unmountable
      ? step(input, container, 'containerStatuses', false)
      : { container, ...notYet(container, isInitialized) },
  );
  const steps = [...inits, ...mains];
  const waits = steps
    .map(({ again }) => again)
    .filter(again => again !== undefined);
  return {
    status: podStatus(input, inits, mains),
    again: waits.length > 0 ? Math.min(...waits) : undefined,
    events: [
      ...steps.flatMap(({ container, events }) =>
        events.map(event => ({
          ...event,
          fieldPath: `spec.${inits.some(init => init.container === container) ? 'initContainers' : 'containers'}{${String(container.name)}}`,
        })),
      ),
      ...mountEvents(input),
    ],
  };
}

type Step = ContainerStep & { container: JsonObject };

function initSteps(input: PodInput): Step[] {
  const steps: Step[] = [];
  for (const container of objectsAt(input.pod, 'spec', 'initContainers')) {
    const isFree = !input.unmountable && steps.every(isInitDone);
    steps.push(
      isFree
        ? step(input, container, 'initContainerStatuses', true)
        : { container, ...notYet(container, false) },
    );
  }
  return steps;
}

function step(
  input: PodInput,
  container: JsonObject,
  list: string,
  isInit: boolean,
): Step {
  const isSidecar = isInit && container.restartPolicy === 'Always';
  const before = objectsAt(input.pod, 'status', list).find(
    status => status.name === container.name,
  );
  // Init containers do their work at once, unless their image is missing.
  const behaviour: Behaviour = isInit
    ? { health: 'ready', durationMs: 0 }
    : input.behaviour;
  const common = {
    ...input,
    container,
    before: isStarting(before) ? undefined : before,
    behaviour,
    isTask:
      (isInit && !isSidecar) ||
      (!isInit && at(input.pod, 'spec', 'restartPolicy') !== 'Always'),
    misconfigured: input.misconfigured(container),
    pullAgainIn: () => input.pullAgainIn(container),
  };
  const next = stepContainer(common);
  if (!isInit || isSidecar || !at(next.status, 'state', 'running')) {
    return { container, ...next };
  }
  const done = stepContainer({ ...common, before: next.status });
  return {
    container,
    status: { ...done.status, ready: true },
    again: done.again,
    events: [...next.events, ...done.events],
  };
}

function isStarting(status: JsonObject | undefined): boolean {
  const reason = at(status ?? {}, 'state', 'waiting', 'reason');
  return reason === 'PodInitializing' || reason === 'ContainerCreating';
}

function isInitDone({ status, container }: Step): boolean {
  return container.restartPolicy === 'Always'
    ? Boolean(at(status, 'state', 'running'))
    : at(status, 'state', 'terminated', 'exitCode') === 0;
}

function notYet(container: JsonObject, isCreating: boolean): ContainerStep {
  return {
    status: {
      name: container.name,
      image: container.image,
      imageID: '',
      ready: false,
      started: false,
      restartCount: 0,
      lastState: {},
      state: {
        waiting: {
          reason: isCreating ? 'ContainerCreating' : 'PodInitializing',
        },
      },
    },
    events: [],
  };
}

function mountEvents({ unmountable, pod }: PodInput): PodStep['events'] {
  const isKnown = objectsAt(pod, 'status', 'containerStatuses').length > 0;
  return unmountable && !isKnown
    ? [{ type: 'Warning', reason: 'FailedMount', message: unmountable }]
    : [];
}

function podStatus(input: PodInput, inits: Step[], mains: Step[]): JsonObject {
  const { pod, hostIp, podIp, now } = input;
  const phase = phaseOf(input, mains);
  const isOver = phase === 'Succeeded' || phase === 'Failed';
  const hasNetwork = !input.unmountable;
  return {
    ...asObject(pod.status),
    observedGeneration: generationOf(pod) || undefined,
    phase,
    conditions: conditions(input, inits, mains, phase),
    hostIP: hostIp,
    hostIPs: [{ ip: hostIp }],
    ...(hasNetwork ? { podIP: podIp, podIPs: [{ ip: podIp }] } : {}),
    startTime: at(pod, 'status', 'startTime') ?? now,
    ...(inits.length > 0
      ? { initContainerStatuses: inits.map(({ status }) => status) }
      : {}),
    containerStatuses: mains.map(({ status }) =>
      isOver ? { ...status, ready: false, started: false } : status,
    ),
    qosClass: qosClass(pod),
  };
}

function phaseOf({ pod }: PodInput, mains: Step[]): string {
  const state = ({ status }: Step) => asObject(status.state);
  const hasBegun = ({ status }: Step) =>
    Boolean(asObject(status.lastState).terminated);
  if (mains.some(entry => state(entry).waiting && !hasBegun(entry))) {
    return 'Pending';
  }
  const codes = mains.map(entry =>
    at(entry.status, 'state', 'terminated', 'exitCode'),
  );
  const policy = asString(at(pod, 'spec', 'restartPolicy'));
  if (policy === 'Always' || codes.some(code => code === undefined)) {
    return 'Running';
  }
  if (codes.every(code => code === 0)) return 'Succeeded';
  return policy === 'Never' ? 'Failed' : 'Running';
}

function conditions(
  { pod, now, unmountable }: PodInput,
  inits: Step[],
  mains: Step[],
  phase: string,
): JsonObject[] {
  const isOver = phase === 'Succeeded' || phase === 'Failed';
  const over = phase === 'Succeeded' ? 'PodCompleted' : 'PodFailed';
  const names = (steps: Step[]) =>
    steps.map(({ container }) => String(container.name)).join(' ');
  const undone = inits.filter(init => !isInitDone(init));
  const unready = mains.filter(({ status }) => status.ready !== true);
  const entry = (
    type: string,
    isTrue: boolean,
    reason = '',
    message = '',
  ): ConditionEntry => ({
    type,
    status: isTrue ? 'True' : 'False',
    reason,
    message,
  });
  const ready = (type: string) => {
    if (isOver) return entry(type, false, over);
    if (unready.length === 0) return entry(type, true);
    return entry(
      type,
      false,
      'ContainersNotReady',
      `containers with unready status: [${names(unready)}]`,
    );
  };
  const initialized =
    undone.length > 0
      ? entry(
          'Initialized',
          false,
          'ContainersNotInitialized',
          `containers with incomplete status: [${names(undone)}]`,
        )
      : entry('Initialized', true, phase === 'Succeeded' ? over : '');
  return [
    entry('PodReadyToStartContainers', !isOver && !unmountable),
    initialized,
    ready('Ready'),
    ready('ContainersReady'),
    entry('PodScheduled', true),
  ].map(next =>
    nextCondition(conditionOf(pod, next.type), next, now, {
      lastProbeTime: null,
      ...(generationOf(pod) ? { observedGeneration: generationOf(pod) } : {}),
    }),
  );
}
