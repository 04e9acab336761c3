import {
  getOwn,
  isJsonObject,
  setOwn,
} from '@backstage-gitops/kubernetes-yaml';
import type { JsonObject, JsonValue } from '@backstage-gitops/kubernetes-yaml';
import type { SchemaNode } from '@backstage-gitops/kubernetes-schema';

/**
 * What Helm 3 makes of a live object when a manifest changes: what left the
 * manifest goes, what is in it is as it says, and the rest stays. Lists are
 * merged by the keys of a strategic merge patch where the schema has them, and
 * are replaced as a whole elsewhere (apimachinery,
 * `CreateThreeWayMergePatch`, applied).
 *
 * @param original - the manifest before; what others wrote is not in it
 */
export function threeWayMerge(
  original: JsonObject,
  target: JsonObject,
  live: JsonObject,
  schema?: SchemaNode,
): JsonObject {
  const keepsOnlyTarget =
    schema?.patchStrategy?.includes('retainKeys') &&
    hasChanges(target, live, schema);
  const merged: JsonObject = {};
  for (const [key, value] of Object.entries(live)) {
    const wanted = getOwn(target, key);
    const isGone = wanted === undefined && getOwn(original, key) !== undefined;
    if (wanted === undefined && !isGone && !keepsOnlyTarget) {
      setOwn(merged, key, value);
    } else if (wanted !== undefined && wanted !== null) {
      const before = getOwn(original, key);
      setOwn(
        merged,
        key,
        mergeValue(before, wanted, value, schema?.field(key)),
      );
    }
  }
  for (const [key, value] of Object.entries(target)) {
    if (value !== null && getOwn(live, key) === undefined) {
      setOwn(merged, key, value);
    }
  }
  return merged;
}

function mergeValue(
  original: JsonValue | undefined,
  target: JsonValue,
  live: JsonValue,
  schema?: SchemaNode,
): JsonValue {
  if (isJsonObject(target) && isJsonObject(live)) {
    return threeWayMerge(
      isJsonObject(original) ? original : {},
      target,
      live,
      schema,
    );
  }
  if (
    !Array.isArray(target) ||
    !Array.isArray(live) ||
    !schema?.patchStrategy?.includes('merge')
  ) {
    return target;
  }
  const before = Array.isArray(original) ? original : [];
  return schema.patchMergeKey
    ? mergeByKey(before, target, live, schema)
    : mergeSet(before, target, live);
}

/** Items that nobody wants any more go; those that only the server knows stay. */
function mergeByKey(
  original: readonly JsonValue[],
  target: readonly JsonValue[],
  live: readonly JsonValue[],
  schema: SchemaNode,
): JsonValue[] {
  const keyOf = (item: JsonValue) =>
    isJsonObject(item)
      ? JSON.stringify(getOwn(item, schema.patchMergeKey!) ?? null)
      : undefined;
  const index = (items: readonly JsonValue[]) =>
    new Map(items.map(item => [keyOf(item), item]));
  const [before, wanted, there] = [original, target, live].map(index);
  const merged = target.map(item => {
    const key = keyOf(item);
    const known = there.get(key);
    return known === undefined
      ? item
      : mergeValue(before.get(key), item, known, schema.element);
  });
  return inOrder(
    merged,
    live.filter(item => {
      const key = keyOf(item);
      return !wanted.has(key) && !before.has(key);
    }),
    live,
    keyOf,
  );
}

/** Foreign items stay behind what they stood behind, as far as that is there. */
function inOrder(
  wanted: readonly JsonValue[],
  foreign: readonly JsonValue[],
  live: readonly JsonValue[],
  keyOf: (item: JsonValue) => string | undefined,
): JsonValue[] {
  const place = new Map(live.map((item, i) => [keyOf(item), i]));
  const result = [...wanted];
  for (const item of foreign) {
    const own = place.get(keyOf(item))!;
    let at = 0;
    result.forEach((other, i) => {
      const known = place.get(keyOf(other));
      if (known !== undefined && known < own) at = i + 1;
    });
    result.splice(at, 0, item);
  }
  return result;
}

function mergeSet(
  original: readonly JsonValue[],
  target: readonly JsonValue[],
  live: readonly JsonValue[],
): JsonValue[] {
  const wanted = new Set(target);
  const before = new Set(original);
  return [
    ...target,
    ...live.filter(item => !wanted.has(item) && !before.has(item)),
  ];
}

/** Whether the target asks for anything that is not so already. */
function hasChanges(
  target: JsonObject,
  live: JsonObject,
  schema: SchemaNode,
): boolean {
  return Object.entries(target).some(([key, value]) => {
    const now = getOwn(live, key);
    if (now === undefined || value === null) return now !== undefined;
    const merged = mergeValue(undefined, value, now, schema.field(key));
    return JSON.stringify(merged) !== JSON.stringify(now);
  });
}
