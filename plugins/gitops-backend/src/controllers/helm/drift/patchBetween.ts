import {
  getOwn,
  isJsonObject,
  JsonObject,
  JsonValue,
} from '@backstage-gitops/kubernetes-yaml';

/** One step of a JSON patch. */
export type PatchOperation =
  | { op: 'add' | 'replace'; path: string; value: JsonValue }
  | { op: 'remove'; path: string };

/** What makes `after` of `before`; items of lists are compared by position. */
export function patchBetween(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  path = '',
): PatchOperation[] {
  if (before === after) {
    return [];
  }
  if (after === undefined) {
    return [{ op: 'remove', path }];
  }
  if (before === undefined) {
    return [{ op: 'add', path, value: after }];
  }
  if (isJsonObject(before) && isJsonObject(after)) {
    return betweenMaps(before, after, path);
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    return betweenLists(before, after, path);
  }
  return [{ op: 'replace', path, value: after }];
}

function betweenMaps(
  before: JsonObject,
  after: JsonObject,
  path: string,
): PatchOperation[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys]
    .sort()
    .flatMap(key =>
      patchBetween(
        getOwn(before, key),
        getOwn(after, key),
        `${path}/${escapeStep(key)}`,
      ),
    );
}

function betweenLists(
  before: readonly JsonValue[],
  after: readonly JsonValue[],
  path: string,
): PatchOperation[] {
  const common = Math.min(before.length, after.length);
  return [
    ...after
      .slice(0, common)
      .flatMap((item, i) => patchBetween(before[i], item, `${path}/${i}`)),
    ...after
      .slice(common)
      .map((value): PatchOperation => ({
        op: 'add',
        path: `${path}/-`,
        value,
      })),
    // From the end, so that those before keep their places.
    ...before.slice(common).map((_, i): PatchOperation => ({
      op: 'remove',
      path: `${path}/${before.length - 1 - i}`,
    })),
  ];
}

/** A step of a JSON pointer. */
export function escapeStep(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** A copy without the values at some JSON pointers. */
export function withoutPaths<T extends object>(
  object: T,
  pointers: readonly string[],
): T {
  if (pointers.length === 0) {
    return object;
  }
  const copy = structuredClone(object);
  for (const pointer of pointers) {
    const steps = pointer
      .slice(1)
      .split('/')
      .map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = steps.pop()!;
    const parent = steps.reduce<JsonValue | undefined>(
      childAt,
      copy as JsonObject,
    );
    if (Array.isArray(parent) && /^[0-9]+$/.test(last)) {
      parent.splice(Number(last), 1);
    } else if (isJsonObject(parent)) {
      delete parent[last];
    }
  }
  return copy;
}

function childAt(
  value: JsonValue | undefined,
  step: string,
): JsonValue | undefined {
  if (Array.isArray(value)) {
    return /^[0-9]+$/.test(step) ? value[Number(step)] : undefined;
  }
  return isJsonObject(value) ? getOwn(value, step) : undefined;
}
