/**
 * A JSON value as the sandbox holds it. Integers beyond
 * `Number.MAX_SAFE_INTEGER` are `bigint`, so that 64-bit integers survive.
 *
 * @public
 */
export type JsonValue =
  null | boolean | number | bigint | string | JsonValue[] | JsonObject;

/**
 * A JSON object.
 *
 * @public
 */
export interface JsonObject {
  [key: string]: JsonValue | undefined;
}

/** True for a JSON object (neither null nor an array). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as an object, or an empty one. */
export function asObject(value: JsonValue | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** The value as an array, or an empty one. */
export function asArray(value: JsonValue | undefined): JsonValue[] {
  return Array.isArray(value) ? value : [];
}

/** The value when it is a string. */
export function asString(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A deep copy. `undefined` members are left out. */
export function clone<T extends JsonValue | undefined>(value: T): T {
  return copy(value) as T;
}

function copy(value: JsonValue | undefined): JsonValue | undefined {
  if (Array.isArray(value)) return value.map(item => copy(item) ?? null);
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const [key, entry] of Object.entries(value)) {
    if (entry !== undefined) setMember(result, key, copy(entry));
  }
  return result;
}

/** Sets an own member, also one that is called `__proto__`. */
export function setMember(
  target: JsonObject,
  key: string,
  value: JsonValue | undefined,
): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  } else {
    target[key] = value;
  }
}

/** An own member of an object; inherited names such as `constructor` are not members. */
export function member(
  target: JsonObject | undefined,
  key: string,
): JsonValue | undefined {
  return target !== undefined && Object.hasOwn(target, key)
    ? target[key]
    : undefined;
}

/** Structural equality; a `bigint` equals the number of the same value. */
export function equal(
  left: JsonValue | undefined,
  right: JsonValue | undefined,
): boolean {
  if (left === right) return true;
  if (isNumeric(left) && isNumeric(right))
    return compareNumbers(left, right) === 0;
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, index) => equal(item, right[index]))
    );
  }
  if (!isObject(left) || !isObject(right)) return false;
  const leftKeys = Object.keys(left).filter(key => left[key] !== undefined);
  const rightKeys = Object.keys(right).filter(key => right[key] !== undefined);
  return (
    leftKeys.length === rightKeys.length &&
    leftKeys.every(
      key => Object.hasOwn(right, key) && equal(left[key], right[key]),
    )
  );
}

/** True for numbers of either representation. */
export function isNumeric(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** Orders numbers across both representations. */
export function compareNumbers(
  left: number | bigint,
  right: number | bigint,
): number {
  if (left < right) return -1;
  return left > right ? 1 : 0;
}

/** Reads a nested member by path; `undefined` where any step is missing. */
export function at(
  value: JsonValue | undefined,
  ...path: string[]
): JsonValue | undefined {
  let current = value;
  for (const key of path) {
    if (!isObject(current)) return undefined;
    current = member(current, key);
  }
  return current;
}

/** Returns the nested object at a path and creates what is missing. */
export function ensureObject(
  target: JsonObject,
  ...path: string[]
): JsonObject {
  let current = target;
  for (const key of path) {
    const next = member(current, key);
    if (isObject(next)) {
      current = next;
    } else {
      const created: JsonObject = {};
      setMember(current, key, created);
      current = created;
    }
  }
  return current;
}
