import type { JsonObject } from '../json/value';
import { asArray, asObject, asString, at, isObject } from '../json/value';

/** How a workload is told to fare. */
export type Health = 'ready' | 'progressing' | 'failed';

/** What a status is made from. */
export interface StatusInput {
  object: JsonObject;
  health: Health;
  now: string;
}

function generation(object: JsonObject): number {
  return Number(at(object, 'metadata', 'generation') ?? 1);
}

function replicaCounts({ object, health }: StatusInput): JsonObject {
  const replicas = Number(at(object, 'spec', 'replicas') ?? 1);
  if (replicas === 0) return { replicas };
  return health === 'ready'
    ? {
        replicas,
        readyReplicas: replicas,
        availableReplicas: replicas,
      }
    : { replicas };
}

/** A condition whose transition time changes only with its status. */
function condition(
  { object, now }: StatusInput,
  entry: { type: string; status: string; reason: string; message: string },
  more: JsonObject = {},
): JsonObject {
  const before = asArray(at(object, 'status', 'conditions'))
    .filter(isObject)
    .find(known => known.type === entry.type);
  const isSame =
    before?.status === entry.status &&
    before.reason === entry.reason &&
    before.message === entry.message;
  return {
    ...entry,
    ...Object.fromEntries(
      Object.entries(more).map(([name, value]) => [
        name,
        isSame ? (before[name] ?? value) : value,
      ]),
    ),
    lastTransitionTime:
      before?.status === entry.status
        ? (before.lastTransitionTime ?? now)
        : now,
  };
}

function deploymentStatus(input: StatusInput): JsonObject {
  const { object, health, now } = input;
  const replicas = Number(at(object, 'spec', 'replicas') ?? 1);
  const name = asString(at(object, 'metadata', 'name')) ?? '';
  const updated = { lastUpdateTime: now };
  const isReady = health === 'ready';
  const set = `ReplicaSet "${name}-${templateHash(object)}"`;
  const progressing = {
    ready: {
      type: 'Progressing',
      status: 'True',
      reason: 'NewReplicaSetAvailable',
      message: `${set} has successfully progressed.`,
    },
    progressing: {
      type: 'Progressing',
      status: 'True',
      reason: 'ReplicaSetUpdated',
      message: `${set} is progressing.`,
    },
    failed: {
      type: 'Progressing',
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: `${set} has timed out progressing.`,
    },
  }[health];
  return {
    observedGeneration: generation(object),
    ...replicaCounts(input),
    ...(replicas > 0 ? { updatedReplicas: replicas } : {}),
    ...(isReady || replicas === 0 ? {} : { unavailableReplicas: replicas }),
    conditions: [
      condition(
        input,
        isReady
          ? {
              type: 'Available',
              status: 'True',
              reason: 'MinimumReplicasAvailable',
              message: 'Deployment has minimum availability.',
            }
          : {
              type: 'Available',
              status: 'False',
              reason: 'MinimumReplicasUnavailable',
              message: 'Deployment does not have minimum availability.',
            },
        updated,
      ),
      condition(input, progressing, updated),
    ],
  };
}

function statefulSetStatus(input: StatusInput): JsonObject {
  const { object, health } = input;
  const replicas = Number(at(object, 'spec', 'replicas') ?? 1);
  const name = asString(at(object, 'metadata', 'name')) ?? '';
  const revision = `${name}-${templateHash(object)}`;
  return {
    observedGeneration: generation(object),
    replicas,
    availableReplicas: health === 'ready' ? replicas : 0,
    ...(health === 'ready' && replicas > 0
      ? { readyReplicas: replicas, currentReplicas: replicas }
      : {}),
    ...(replicas > 0 ? { updatedReplicas: replicas } : {}),
    collisionCount: 0,
    currentRevision: revision,
    updateRevision: revision,
  };
}

function daemonSetStatus({ object, health }: StatusInput): JsonObject {
  const ready = health === 'ready' ? 1 : 0;
  return {
    observedGeneration: generation(object),
    currentNumberScheduled: 1,
    desiredNumberScheduled: 1,
    numberMisscheduled: 0,
    numberReady: ready,
    updatedNumberScheduled: 1,
    ...(ready ? { numberAvailable: 1 } : { numberUnavailable: 1 }),
  };
}

function jobStatus(input: StatusInput): JsonObject {
  const { object, health, now } = input;
  const startTime = at(object, 'status', 'startTime') ?? now;
  if (at(object, 'spec', 'suspend') === true) {
    return asObject(object.status);
  }
  if (health === 'progressing') {
    return { active: 1, ready: 0, startTime, terminating: 0 };
  }
  const probe = { lastProbeTime: now };
  if (health === 'failed') {
    return {
      failed: 1,
      startTime,
      conditions: [
        condition(
          input,
          {
            type: 'Failed',
            status: 'True',
            reason: 'BackoffLimitExceeded',
            message: 'Job has reached the specified backoff limit',
          },
          probe,
        ),
      ],
    };
  }
  return {
    succeeded: Number(at(object, 'spec', 'completions') ?? 1),
    ready: 0,
    terminating: 0,
    startTime,
    completionTime: at(object, 'status', 'completionTime') ?? now,
    conditions: [
      condition(
        input,
        {
          type: 'Complete',
          status: 'True',
          reason: 'CompletionsReached',
          message: 'Reached expected number of succeeded pods',
        },
        probe,
      ),
    ],
  };
}

function podStatus(input: StatusInput): JsonObject {
  const { object, health, now } = input;
  if (health === 'progressing') return asObject(object.status);
  const isReady = health === 'ready';
  const startTime = at(object, 'status', 'startTime') ?? now;
  return {
    ...asObject(object.status),
    phase: isReady ? 'Running' : 'Failed',
    startTime,
    conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(
      type =>
        condition(input, {
          type,
          status: isReady || type === 'PodScheduled' ? 'True' : 'False',
          reason: '',
          message: '',
        }),
    ),
    containerStatuses: asArray(at(object, 'spec', 'containers'))
      .filter(isObject)
      .map(container => ({
        name: container.name,
        image: container.image,
        imageID: '',
        ready: isReady,
        started: isReady,
        restartCount: 0,
        lastState: {},
        state: isReady
          ? { running: { startedAt: startTime } }
          : { terminated: { exitCode: 1, reason: 'Error' } },
      })),
  };
}

function claimStatus({ object, health }: StatusInput): JsonObject {
  if (health !== 'ready') return { phase: 'Pending' };
  return {
    phase: 'Bound',
    accessModes: at(object, 'spec', 'accessModes') ?? [],
    capacity: asObject(at(object, 'spec', 'resources', 'requests')),
  };
}

function serviceStatus({ object, health }: StatusInput): JsonObject {
  const isBalanced = at(object, 'spec', 'type') === 'LoadBalancer';
  return {
    loadBalancer:
      isBalanced && health === 'ready'
        ? { ingress: [{ ip: '127.0.0.1', ipMode: 'VIP' }] }
        : {},
  };
}

/** A name part that changes with the pod template. */
function templateHash(object: JsonObject): string {
  const text = JSON.stringify(at(object, 'spec', 'template'), (_key, value) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  let hash = 5381;
  for (const sign of text ?? '')
    hash = (hash * 33 + sign.charCodeAt(0)) % 4294967291;
  return hash.toString(36);
}

/** What the status of each simulated kind becomes, by where it is stored. */
export const WORKLOAD_STATUS: Record<
  string,
  (input: StatusInput) => JsonObject
> = {
  'apps/deployments': deploymentStatus,
  'apps/replicasets': input => ({
    ...replicaCounts(input),
    observedGeneration: generation(input.object),
  }),
  'apps/statefulsets': statefulSetStatus,
  'apps/daemonsets': daemonSetStatus,
  'batch/jobs': jobStatus,
  '/pods': podStatus,
  '/persistentvolumeclaims': claimStatus,
  '/services': serviceStatus,
  'policy/poddisruptionbudgets': ({ object }) => ({
    ...asObject(object.status),
    observedGeneration: generation(object),
    disruptionsAllowed: 1,
  }),
};
