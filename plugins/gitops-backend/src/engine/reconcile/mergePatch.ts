type Json = unknown;

function isMap(value: Json): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Deep equality of JSON-like data; `undefined` members count as absent. */
export function jsonEquals(a: Json, b: Json): boolean {
  if (a === b) {
    return true;
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    return (
      a.length === b.length && a.every((value, i) => jsonEquals(value, b[i]))
    );
  }
  if (isMap(a) && isMap(b)) {
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].every(key =>
      jsonEquals(a[key], b[key]),
    );
  }
  return false;
}

/**
 * The JSON merge patch (RFC 7386) that leads from `before` to `after`, or
 * undefined when they are equal. Lists are replaced whole.
 */
export function mergePatchBetween(
  before: Record<string, Json>,
  after: Record<string, Json>,
): Record<string, Json> | undefined {
  const patch: Record<string, Json> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const from = before[key];
    const to = after[key];
    if (jsonEquals(from, to)) {
      continue;
    }
    if (to === undefined) {
      patch[key] = null;
    } else if (isMap(from) && isMap(to)) {
      patch[key] = mergePatchBetween(from, to);
    } else {
      patch[key] = to;
    }
  }
  return Object.keys(patch).length > 0 ? patch : undefined;
}
