import {
  isJsonObject,
  type JsonObject,
  type KubernetesObject,
} from '@backstage-gitops/kubernetes-yaml';

/** Reads of untrusted status: any shape gives a value, none throws. */
export function fieldsOf(value: unknown, ...path: string[]): JsonObject {
  const found = at(value, path);
  return isJsonObject(found) ? found : {};
}

export function numberAt(
  value: unknown,
  ...path: string[]
): number | undefined {
  const found = at(value, path);
  if (typeof found === 'bigint') return Number(found);
  return Number.isInteger(found) ? Number(found) : undefined;
}

export function textAt(value: unknown, ...path: string[]): string {
  const found = at(value, path);
  return typeof found === 'string' ? found : '';
}

export function listAt(value: unknown, ...path: string[]): JsonObject[] {
  const found = at(value, path);
  return Array.isArray(found) ? found.filter(isJsonObject) : [];
}

function at(value: unknown, path: string[]): unknown {
  let found = value;
  for (const key of path) {
    if (!isJsonObject(found) || !Object.hasOwn(found, key)) return undefined;
    found = found[key];
  }
  return found;
}

/** A condition as written, all of it text. */
export interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
}

export function conditionsOf(object: KubernetesObject): Condition[] {
  return listAt(object, 'status', 'conditions').map(condition => ({
    type: textAt(condition, 'type'),
    status: textAt(condition, 'status'),
    reason: textAt(condition, 'reason'),
    message: textAt(condition, 'message'),
  }));
}

export function hasCondition(
  object: KubernetesObject,
  type: string,
  status: string,
): boolean {
  return conditionsOf(object).some(
    condition => condition.type === type && condition.status === status,
  );
}
