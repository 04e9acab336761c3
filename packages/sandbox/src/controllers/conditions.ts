import type { JsonObject } from '../json/value';
import { objectsAt } from './objects';

/** What a condition says. */
export interface ConditionEntry {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
}

/** The condition of a type in an object's status. */
export function conditionOf(
  object: JsonObject,
  type: string,
): JsonObject | undefined {
  return objectsAt(object, 'status', 'conditions').find(
    condition => condition.type === type,
  );
}

/** Whether an object's condition of a type has the status True. */
export function holds(object: JsonObject, type: string): boolean {
  return conditionOf(object, type)?.status === 'True';
}

/** A condition whose transition time changes only with its status; `more` counts only with a change. */
export function nextCondition(
  before: JsonObject | undefined,
  entry: ConditionEntry,
  now: string,
  more: JsonObject = {},
): JsonObject {
  const isSame =
    before?.status === entry.status &&
    (before.reason ?? '') === (entry.reason ?? '') &&
    (before.message ?? '') === (entry.message ?? '');
  if (before && isSame) return before;
  return {
    type: entry.type,
    status: entry.status,
    ...(entry.reason ? { reason: entry.reason } : {}),
    ...(entry.message ? { message: entry.message } : {}),
    ...more,
    lastTransitionTime:
      before?.status === entry.status
        ? (before.lastTransitionTime ?? now)
        : now,
  };
}

/** Conditions with one of them set, in its place or at the end. */
export function withCondition(
  conditions: JsonObject[],
  condition: JsonObject,
): JsonObject[] {
  const known = conditions.some(entry => entry.type === condition.type);
  return known
    ? conditions.map(entry =>
        entry.type === condition.type ? condition : entry,
      )
    : [...conditions, condition];
}
