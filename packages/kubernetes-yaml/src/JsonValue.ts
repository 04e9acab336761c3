/**
 * Data as JSON and Kubernetes know it. Integers that a double cannot hold
 * exactly (beyond 2^53 - 1) are `bigint`; all other numbers are `number`.
 *
 * @public
 */
export type JsonValue =
  string | number | bigint | boolean | null | JsonValue[] | JsonObject;

/**
 * A JSON object. Keys may be anything, `__proto__` included: they are always
 * own properties.
 *
 * @public
 */
export interface JsonObject {
  [key: string]: JsonValue;
}

/**
 * The part of `metadata` that the engines read.
 *
 * @public
 */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  generateName?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  finalizers?: string[];
  ownerReferences?: JsonValue[];
  managedFields?: JsonValue[];
  [key: string]: JsonValue | Record<string, string> | undefined;
}

/**
 * A Kubernetes object of any kind, as plain data.
 *
 * @public
 */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  // `unknown` and not JsonValue, so that typed kinds remain assignable.
  [key: string]: unknown;
}

/**
 * True for a JSON object: neither null, list nor scalar.
 *
 * @public
 */
export function isJsonObject(value: unknown): value is JsonObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    (Object.getPrototypeOf(value) === Object.prototype ||
      Object.getPrototypeOf(value) === null)
  );
}

/**
 * Sets an own property whatever its name: plain assignment to `__proto__`
 * would change the prototype instead.
 *
 * @public
 */
export function setOwn<T>(
  target: { [key: string]: T },
  key: string,
  value: T,
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

/**
 * Reads an own property; never one inherited, such as `constructor`.
 *
 * @public
 */
export function getOwn<T>(
  target: { [key: string]: T },
  key: string,
): T | undefined {
  return Object.hasOwn(target, key) ? target[key] : undefined;
}
