import {
  getOwn,
  isJsonObject,
  JsonObject,
  JsonValue,
  setOwn,
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
    ...after.slice(common).map((value): PatchOperation => ({
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

/** The same without the values at some JSON pointers; nothing is changed. */
export function withoutPaths<T extends object>(
  object: T,
  pointers: readonly string[],
): T {
  return pointers.reduce<JsonValue>((value, pointer) => {
    const steps = pointer
      .slice(1)
      .split('/')
      .map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'));
    return without(value, steps);
  }, object as JsonObject) as T;
}

function without(
  value: JsonValue,
  [step, ...rest]: readonly string[],
): JsonValue {
  if (Array.isArray(value)) {
    return /^[0-9]+$/.test(step)
      ? value.flatMap((item, i) => {
          if (i !== Number(step)) {
            return [item];
          }
          return rest.length > 0 ? [without(item, rest)] : [];
        })
      : value;
  }
  if (!isJsonObject(value) || !Object.hasOwn(value, step)) {
    return value;
  }
  const { [step]: child, ...others } = value;
  if (rest.length === 0) {
    return others;
  }
  setOwn(others, step, without(child, rest));
  return others;
}
