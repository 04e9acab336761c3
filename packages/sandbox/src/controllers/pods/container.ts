import { createHash } from 'node:crypto';
import type { JsonObject } from '../../json/value';
import { asObject, asString, at } from '../../json/value';
import { nameOf, namespaceOf, numberAt, timeOf, uidOf } from '../objects';
import type { Behaviour } from './behaviour';
import { isMissingImage } from './behaviour';

/** Something that the kubelet says of a container. */
export interface ContainerEvent {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

/** What a container's next state is made from. */
export interface ContainerInput {
  pod: JsonObject;
  container: JsonObject;
  /** Its status so far. */
  before: JsonObject | undefined;
  behaviour: Behaviour;
  now: string;
  time: number;
  /** Whether the container ends by itself. */
  isTask: boolean;
  /** Milliseconds between the crashes of a container that crashes for good. */
  crashDelayMs(restarts: number): number;
  /** Why it cannot be configured; undefined where it can. */
  misconfigured: string | undefined;
  /** Whether the image is to be pulled again now, and else when. */
  pullAgainIn(): number;
}

/** A container's next state. */
export interface ContainerStep {
  status: JsonObject;
  /** Milliseconds until it changes by itself. */
  again?: number;
  events: ContainerEvent[];
}

/** Moves a container on by one state, as kubelet and runtime would. */
export function stepContainer(input: ContainerInput): ContainerStep {
  const { before, behaviour, container } = input;
  const image = asString(container.image) ?? '';
  const hasEnded = at(before ?? {}, 'state', 'terminated') !== undefined;
  if (hasEnded && isFinal(input)) return keep(input);
  if (isMissingImage(image) || behaviour.health === 'image-pull-failure') {
    return pullInVain(input, image);
  }
  const isUp = Boolean(at(before ?? {}, 'state', 'running'));
  if (!isUp && input.misconfigured) {
    return wait(input, 'CreateContainerConfigError', input.misconfigured, [
      {
        type: 'Warning',
        reason: 'Failed',
        message: `Error: ${input.misconfigured}`,
      },
    ]);
  }
  const crashes =
    behaviour.health === 'crash-loop' || behaviour.health === 'failed';
  return crashes ? crash(input) : run(input);
}

function isFinal({ before, isTask, pod }: ContainerInput): boolean {
  if (!isTask) return false;
  return (
    at(pod, 'spec', 'restartPolicy') === 'Never' ||
    at(before ?? {}, 'state', 'terminated', 'exitCode') === 0
  );
}

function run(input: ContainerInput): ContainerStep {
  const { before, behaviour, time, isTask } = input;
  const startedAt = timeOf(at(before ?? {}, 'state', 'running', 'startedAt'));
  if (startedAt === undefined) return start(input);
  const remaining =
    behaviour.health === 'ready'
      ? Math.max(0, startedAt + behaviour.durationMs - time)
      : undefined;
  if (isTask) {
    if (remaining !== 0) return { ...keep(input), again: remaining };
    return {
      status: base(input, {
        restartCount: restarts(input),
        state: { terminated: ended(input, 0) },
      }),
      events: [],
    };
  }
  const ready = remaining === 0;
  return {
    status: { ...before, ready },
    again: remaining === 0 ? undefined : remaining,
    events: before?.ready === true && !ready ? unreadyEvents(input) : [],
  };
}

function start(input: ContainerInput): ContainerStep {
  const { before, behaviour, isTask, now } = input;
  const isRestart = hasRun(before);
  const count = isRestart ? restarts(input) + 1 : 0;
  const isInstant = behaviour.health === 'ready' && behaviour.durationMs === 0;
  return {
    status: base(input, {
      restartCount: count,
      ready: isTask || isInstant,
      started: true,
      state: { running: { startedAt: now } },
      lastState: lastState(input),
    }),
    again: isTask || !isInstant ? behaviour.durationMs : undefined,
    events: [...startEvents(input), ...unreadyEvents(input)],
  };
}

function crash(input: ContainerInput): ContainerStep {
  const { before, isTask, pod, time } = input;
  const state = asObject(at(before ?? {}, 'state'));
  const isTaskOnce = isTask && at(pod, 'spec', 'restartPolicy') === 'Never';
  if (state.terminated) return backOff(input, restarts(input) + 1, []);
  if (asObject(state.waiting).reason === 'CrashLoopBackOff') {
    const since = timeOf(
      at(before ?? {}, 'lastState', 'terminated', 'finishedAt'),
    );
    const count = restarts(input);
    const remaining = (since ?? time) + input.crashDelayMs(count) - time;
    if (remaining > 0) return { ...keep(input), again: remaining };
    return backOff(input, count + 1, startEvents(input));
  }
  return {
    status: base(input, {
      restartCount: restarts(input),
      state: { terminated: ended(input, 1) },
      lastState: lastState(input),
    }),
    again: isTaskOnce ? undefined : 0,
    events: state.running ? [] : startEvents(input),
  };
}

function backOff(
  input: ContainerInput,
  count: number,
  events: ContainerEvent[],
): ContainerStep {
  const { pod, container, crashDelayMs } = input;
  const name = asString(container.name) ?? '';
  const where = `pod=${nameOf(pod)}_${namespaceOf(pod)}(${uidOf(pod)})`;
  const delay = crashDelayMs(count);
  return {
    status: base(input, {
      restartCount: count,
      state: {
        waiting: {
          reason: 'CrashLoopBackOff',
          message: `back-off ${goDuration(delay)} restarting failed container=${name} ${where}`,
        },
      },
      lastState: {
        terminated: ended({ ...input, before: undefined }, 1, count),
      },
    }),
    again: delay,
    events: [
      ...events,
      {
        type: 'Warning',
        reason: 'BackOff',
        message: `Back-off restarting failed container ${name} in pod ${nameOf(pod)}_${namespaceOf(pod)}(${uidOf(pod)})`,
      },
    ],
  };
}

function pullInVain(input: ContainerInput, image: string): ContainerStep {
  const { before } = input;
  const reason = at(before ?? {}, 'state', 'waiting', 'reason');
  const failure = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`;
  const error = `rpc error: code = NotFound desc = ${failure}`;
  if (reason === 'ErrImagePull') {
    return {
      ...wait(
        input,
        'ImagePullBackOff',
        `Back-off pulling image "${image}": ErrImagePull: ${error}`,
        [
          {
            type: 'Normal',
            reason: 'BackOff',
            message: `Back-off pulling image "${image}"`,
          },
          {
            type: 'Warning',
            reason: 'Failed',
            message: 'Error: ImagePullBackOff',
          },
        ],
      ),
      again: input.pullAgainIn(),
    };
  }
  if (reason === 'ImagePullBackOff') {
    const remaining = input.pullAgainIn();
    if (remaining > 0) return { ...keep(input), again: remaining };
  }
  return {
    ...wait(input, 'ErrImagePull', error, [
      {
        type: 'Normal',
        reason: 'Pulling',
        message: `Pulling image "${image}"`,
      },
      {
        type: 'Warning',
        reason: 'Failed',
        message: `Failed to pull image "${image}": ${error}`,
      },
      { type: 'Warning', reason: 'Failed', message: 'Error: ErrImagePull' },
    ]),
    again: 0,
  };
}

function wait(
  input: ContainerInput,
  reason: string,
  message: string,
  events: ContainerEvent[],
): ContainerStep {
  const isNew = at(input.before ?? {}, 'state', 'waiting', 'reason') !== reason;
  return {
    status: base(input, {
      restartCount: restarts(input),
      state: { waiting: { reason, message } },
      lastState: lastState(input),
    }),
    events: isNew ? events : [],
  };
}

function keep(input: ContainerInput): ContainerStep {
  return { status: asObject(input.before), events: [] };
}

function base(input: ContainerInput, more: JsonObject): JsonObject {
  const { container, pod } = input;
  const image = asString(container.image) ?? '';
  const hasStarted = Boolean(
    at(more, 'state', 'running') ??
    at(more, 'state', 'terminated') ??
    at(more, 'lastState', 'terminated'),
  );
  const count = numberAt(more, 0, 'restartCount');
  return {
    name: container.name,
    image,
    imageID: hasStarted ? imageId(image) : '',
    ...(hasStarted
      ? { containerID: containerId(pod, String(container.name), count) }
      : {}),
    ready: false,
    started: false,
    lastState: {},
    ...more,
  };
}

function ended(
  { before, now, pod, container }: ContainerInput,
  exitCode: number,
  restart = numberAt(before ?? {}, 0, 'restartCount'),
): JsonObject {
  return {
    exitCode,
    reason: exitCode === 0 ? 'Completed' : 'Error',
    startedAt: at(before ?? {}, 'state', 'running', 'startedAt') ?? now,
    finishedAt: now,
    containerID: containerId(pod, String(container.name), restart),
  };
}

/** What ran before the present state. */
function lastState(input: ContainerInput): JsonObject {
  const { before } = input;
  const state = asObject(at(before ?? {}, 'state'));
  if (state.terminated) return { terminated: state.terminated };
  if (state.running) return { terminated: ended(input, 137) };
  return asObject(before?.lastState);
}

function hasRun(before: JsonObject | undefined): boolean {
  return Boolean(
    at(before ?? {}, 'state', 'terminated') ??
    at(before ?? {}, 'lastState', 'terminated'),
  );
}

function restarts({ before }: ContainerInput): number {
  return numberAt(before ?? {}, 0, 'restartCount');
}

function unreadyEvents({
  behaviour,
  isTask,
}: ContainerInput): ContainerEvent[] {
  if (behaviour.health !== 'progressing' || isTask) return [];
  return [
    {
      type: 'Warning',
      reason: 'Unhealthy',
      message: 'Readiness probe failed: HTTP probe failed with statuscode: 503',
    },
  ];
}

function startEvents({ container }: ContainerInput): ContainerEvent[] {
  const image = asString(container.image) ?? '';
  const name = asString(container.name) ?? '';
  const event = (reason: string, message: string): ContainerEvent => ({
    type: 'Normal',
    reason,
    message,
  });
  const pulled =
    container.imagePullPolicy === 'Always'
      ? [
          event('Pulling', `Pulling image "${image}"`),
          event(
            'Pulled',
            `Successfully pulled image "${image}" in 12ms (12ms including waiting). Image size: 1048576 bytes.`,
          ),
        ]
      : [
          event(
            'Pulled',
            `Container image "${image}" already present on machine`,
          ),
        ];
  return [
    ...pulled,
    event('Created', `Created container: ${name}`),
    event('Started', `Started container ${name}`),
  ];
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function imageId(image: string): string {
  return image.includes('@')
    ? image
    : `${image.replace(/:[^/:]*$/, '')}@sha256:${sha256(image)}`;
}

function containerId(pod: JsonObject, name: string, restart: number): string {
  return `containerd://${sha256(`${uidOf(pod)}/${name}/${restart}`)}`;
}

/** A duration as Go prints it: `10s`, `1m20s`, `5m0s`. */
export function goDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60
    ? `${seconds}s`
    : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
