import {
  getOwn,
  isJsonObject,
  setOwn,
} from '@backstage-gitops/kubernetes-yaml';
import type { JsonObject, JsonValue } from '@backstage-gitops/kubernetes-yaml';

/**
 * The JSON merge patch (RFC 7386) that makes one object of another; undefined
 * where they are equal. A null in the second has no other form than absence.
 */
export function mergePatchOf(
  from: JsonObject,
  to: JsonObject,
): JsonObject | undefined {
  const patch: JsonObject = {};
  for (const key of Object.keys(from)) {
    if (getOwn(to, key) === undefined) setOwn(patch, key, null);
  }
  for (const [key, value] of Object.entries(to)) {
    const change = changeOf(getOwn(from, key), value);
    if (change !== undefined) setOwn(patch, key, change);
  }
  return Object.keys(patch).length > 0 ? patch : undefined;
}

function changeOf(
  from: JsonValue | undefined,
  to: JsonValue,
): JsonValue | undefined {
  if (isJsonObject(from) && isJsonObject(to)) return mergePatchOf(from, to);
  return from !== undefined && isSame(from, to) ? undefined : to;
}

function isSame(a: JsonValue, b: JsonValue): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, i) => isSame(item, b[i]));
  }
  if (isJsonObject(a) && isJsonObject(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every(key => {
        const other = getOwn(b, key);
        return other !== undefined && isSame(a[key], other);
      })
    );
  }
  return a === b;
}
