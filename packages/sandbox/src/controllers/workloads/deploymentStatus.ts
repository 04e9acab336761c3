import type { JsonObject } from '../../json/value';
import { at } from '../../json/value';
import type { ConditionEntry } from '../conditions';
import { conditionOf, withCondition } from '../conditions';
import {
  compact,
  generationOf,
  nameOf,
  numberAt,
  objectsAt,
  timeOf,
} from '../objects';
import { fenceposts, replicasOf, total } from './rollout';

/** Reason of a Deployment that made no progress for too long. */
export const TIMED_OUT = 'ProgressDeadlineExceeded';
const AVAILABLE_REASON = 'NewReplicaSetAvailable';

/** What a Deployment's status is made from. */
export interface RolloutState {
  deployment: JsonObject;
  newSet: JsonObject | undefined;
  oldSets: JsonObject[];
  now: string;
  time: number;
  /** Milliseconds without progress after which a roll-out has failed; undefined for never. */
  deadlineMs: number | undefined;
}

/** The counts, and the condition Available (`calculateStatus`). */
export function countedStatus(state: RolloutState): JsonObject {
  const { deployment, newSet, oldSets } = state;
  const sets = [newSet, ...oldSets];
  const available = total(sets, 'status', 'availableReplicas');
  const wanted = replicasOf(deployment);
  const needed = wanted - fenceposts(deployment).maxUnavailable;
  const conditions = setCondition(
    objectsAt(deployment, 'status', 'conditions'),
    available >= needed
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
    state.now,
  );
  return {
    ...compact({
      observedGeneration: generationOf(deployment),
      replicas: total(sets, 'status', 'replicas'),
      updatedReplicas: total([newSet], 'status', 'replicas'),
      readyReplicas: total(sets, 'status', 'readyReplicas'),
      availableReplicas: available,
      unavailableReplicas: Math.max(
        0,
        total(sets, 'spec', 'replicas') - available,
      ),
      collisionCount: at(deployment, 'status', 'collisionCount'),
    }),
    conditions,
  };
}

/** The whole status while a roll-out goes on (`syncRolloutStatus`). */
export function rolloutStatus(state: RolloutState): JsonObject {
  const status = countedStatus(state);
  const conditions = progressConditions(state, status);
  const failure = state.newSet && conditionOf(state.newSet, 'ReplicaFailure');
  const others = conditions.filter(entry => entry.type !== 'ReplicaFailure');
  if (!failure) return { ...status, conditions: others };
  const entry = {
    type: 'ReplicaFailure',
    status: 'True' as const,
    reason: String(failure.reason),
    message: String(failure.message),
  };
  const known = conditions.filter(({ type }) => type === 'ReplicaFailure');
  return {
    ...status,
    conditions: [...others, ...setCondition(known, entry, state.now)],
  };
}

function progressConditions(
  state: RolloutState,
  status: JsonObject,
): JsonObject[] {
  const { deployment, newSet, now } = state;
  const conditions = objectsAt({ status }, 'status', 'conditions');
  if (state.deadlineMs === undefined) {
    return conditions.filter(entry => entry.type !== 'Progressing');
  }
  const current = conditionOf(deployment, 'Progressing');
  const isDone =
    numberAt(status, 0, 'replicas') ===
      numberAt(status, 0, 'updatedReplicas') &&
    current?.reason === AVAILABLE_REASON;
  if (isDone) return conditions;
  const what = newSet
    ? `ReplicaSet "${nameOf(newSet)}"`
    : `Deployment "${nameOf(deployment)}"`;
  if (isComplete(deployment, status)) {
    return setCondition(
      conditions,
      {
        type: 'Progressing',
        status: 'True',
        reason: AVAILABLE_REASON,
        message: `${what} has successfully progressed.`,
      },
      now,
    );
  }
  if (isProgressing(deployment, status)) {
    // Written anew even where nothing but the time of the progress changes.
    const entry = {
      type: 'Progressing',
      status: 'True',
      reason: 'ReplicaSetUpdated',
      message: `${what} is progressing.`,
      lastUpdateTime: now,
      lastTransitionTime:
        current?.status === 'True' ? (current.lastTransitionTime ?? now) : now,
    };
    return withCondition(conditions, entry);
  }
  if (stuckIn(state, status) === 0) {
    return setCondition(
      conditions,
      {
        type: 'Progressing',
        status: 'False',
        reason: TIMED_OUT,
        message: `${what} has timed out progressing.`,
      },
      now,
    );
  }
  return conditions;
}

/** Whether a Deployment has rolled out. */
export function isComplete(
  deployment: JsonObject,
  status: JsonObject,
): boolean {
  const wanted = replicasOf(deployment);
  return (
    ['updatedReplicas', 'replicas', 'availableReplicas'].every(
      name => numberAt(status, 0, name) === wanted,
    ) && numberAt(status, 0, 'observedGeneration') >= generationOf(deployment)
  );
}

function isProgressing(deployment: JsonObject, status: JsonObject): boolean {
  const before = (name: string) => numberAt(deployment, 0, 'status', name);
  const after = (name: string) => numberAt(status, 0, name);
  return (
    after('updatedReplicas') > before('updatedReplicas') ||
    after('replicas') - after('updatedReplicas') <
      before('replicas') - before('updatedReplicas') ||
    after('readyReplicas') > before('readyReplicas') ||
    after('availableReplicas') > before('availableReplicas')
  );
}

/** Milliseconds until a roll-out without progress has failed; undefined where it cannot. */
export function stuckIn(
  { deployment, deadlineMs, time }: RolloutState,
  status: JsonObject,
): number | undefined {
  const current = objectsAt({ status }, 'status', 'conditions').find(
    entry => entry.type === 'Progressing',
  );
  if (deadlineMs === undefined || !current) return undefined;
  if (current.reason === AVAILABLE_REASON) return undefined;
  if (current.reason === TIMED_OUT) return 0;
  if (at(deployment, 'spec', 'paused') === true) return undefined;
  const since = timeOf(current.lastUpdateTime) ?? time;
  return Math.max(0, since + deadlineMs - time);
}

/** Sets a condition of a Deployment, whose update time changes with its reason (`SetDeploymentCondition`). */
export function setCondition(
  conditions: JsonObject[],
  entry: ConditionEntry,
  now: string,
): JsonObject[] {
  const before = conditions.find(({ type }) => type === entry.type);
  if (before?.status === entry.status && before.reason === entry.reason) {
    return conditions;
  }
  return withCondition(
    conditions.filter(({ type }) => type !== entry.type),
    {
      ...entry,
      lastUpdateTime: now,
      lastTransitionTime:
        before?.status === entry.status
          ? (before.lastTransitionTime ?? now)
          : now,
    },
  );
}
