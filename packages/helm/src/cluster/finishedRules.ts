import type { Health, HealthRule } from '@backstage-gitops/kubernetes-apply';
import { getOwn, isJsonObject } from '@backstage-gitops/kubernetes-yaml';
import type {
  JsonValue,
  KubernetesObject,
} from '@backstage-gitops/kubernetes-yaml';

/** kstatus takes a Job that has begun for one that is as its spec says. */
export const JOB: HealthRule = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  evaluate: object => {
    const wanted = valueAt(object, 'spec', 'completions') ?? 1;
    if (hasCondition(object, 'Complete')) {
      const done = valueAt(object, 'status', 'succeeded') ?? 0;
      return result('Current', `Job Completed. succeeded: ${done}/${wanted}`);
    }
    if (hasCondition(object, 'Failed')) {
      const failed = valueAt(object, 'status', 'failed') ?? 0;
      return result('Failed', `Job Failed. failed: ${failed}/${wanted}`);
    }
    return result('InProgress', 'Job in progress');
  },
};

/** A Job that has begun, or failed; nobody waits for its end. */
export const BEGUN_JOB: HealthRule = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  evaluate: object => {
    if (hasCondition(object, 'Failed')) {
      return JOB.evaluate(object);
    }
    return valueAt(object, 'status', 'startTime') ||
      hasCondition(object, 'Complete')
      ? result('Current', 'Job has begun')
      : result('InProgress', 'Job has not begun');
  },
};

export const POD: HealthRule = {
  apiVersion: 'v1',
  kind: 'Pod',
  evaluate: object => {
    const { name } = object.metadata;
    switch (valueAt(object, 'status', 'phase')) {
      case 'Succeeded':
        return result('Current', `pod ${name} succeeded`);
      case 'Failed':
        return result('Failed', `pod ${name} failed`);
      default:
        return result('InProgress', 'Pod in progress');
    }
  },
};

function result(status: Health['status'], message: string): Health {
  return { status, message };
}

function hasCondition(object: KubernetesObject, type: string): boolean {
  const conditions = valueAt(object, 'status', 'conditions');
  return (
    Array.isArray(conditions) &&
    conditions.some(
      one => isJsonObject(one) && one.type === type && one.status === 'True',
    )
  );
}

/** A value within an object. */
export function valueAt(
  object: KubernetesObject,
  ...path: string[]
): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>(
    (value, key) => (isJsonObject(value) ? getOwn(value, key) : undefined),
    object as unknown as JsonValue,
  );
}
