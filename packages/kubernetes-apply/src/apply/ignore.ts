import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type KubernetesObject,
} from '@backstage-gitops/kubernetes-yaml';
import { InvalidReferenceError } from '../errors/errors';
import { cloneObject } from '../object/cloneObject';
import { compileSelector, type ObjectSelector } from '../object/selector';
import { isEqual } from './drift';

/**
 * Fields that are neither compared nor corrected, as in `spec.ignore` of a
 * Kustomization.
 *
 * @public
 */
export interface IgnoreRule {
  /** JSON pointers, such as `/spec/replicas`. */
  paths: readonly string[];
  target?: ObjectSelector;
}

/**
 * Whether rules say something at all, before they are needed.
 *
 * @throws InvalidReferenceError
 */
export function checkIgnoreRules(rules: readonly IgnoreRule[]): void {
  for (const { paths, target } of rules) {
    compileSelector(target);
    paths.forEach(parsePointer);
  }
}

/** The pointers that hold for an object, as their steps. */
export function ignoredPaths(
  object: KubernetesObject,
  rules: readonly IgnoreRule[],
): string[][] {
  return rules
    .filter(rule => compileSelector(rule.target)(object))
    .flatMap(rule => rule.paths.map(parsePointer));
}

function parsePointer(pointer: string): string[] {
  if (!pointer.startsWith('/') || pointer === '/') {
    throw new InvalidReferenceError(
      `"${pointer}" is not a JSON pointer to a field`,
    );
  }
  return pointer
    .slice(1)
    .split('/')
    .map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** A copy without these fields. */
export function without(
  object: KubernetesObject,
  paths: readonly string[][],
): KubernetesObject {
  if (paths.length === 0) return object;
  const copy = cloneObject(object);
  for (const path of paths) removeAt(copy as JsonObject, path);
  return copy;
}

/**
 * What to send so that ignored fields stay as they are in the cluster. A
 * field that another manager applies is left to it. Any other is sent with
 * its live value: leaving it out would give it up, and where we were the only
 * one to own it, the server would remove it. (Flux 2.9.)
 */
export function keepIgnored(
  desired: KubernetesObject,
  options: {
    live: KubernetesObject;
    merged: KubernetesObject;
    paths: readonly string[][];
    fieldManager: string;
  },
): KubernetesObject {
  const { live, merged, paths, fieldManager } = options;
  const differing = paths.filter(
    path => !isEqual(valueAt(live, path), valueAt(merged, path)),
  );
  if (differing.length === 0) return desired;
  const payload = cloneObject(desired);
  for (const path of differing) {
    if (valueAt(payload, path) === undefined) continue;
    const value = valueAt(live, path);
    if (value === undefined || isOwnedByOther(live, path, fieldManager)) {
      removeAt(payload as JsonObject, path);
    } else {
      setAt(payload as JsonObject, path, value);
    }
  }
  return payload;
}

/** What a dry run says, with ignored fields as they are. */
export function withLiveValues(
  merged: KubernetesObject,
  live: KubernetesObject,
  paths: readonly string[][],
): KubernetesObject {
  if (paths.length === 0) return merged;
  const copy = cloneObject(merged);
  for (const path of paths) {
    const value = valueAt(live, path);
    if (value === undefined) removeAt(copy as JsonObject, path);
    else setAt(copy as JsonObject, path, value);
  }
  return copy;
}

/** True where another manager's apply set the field, or a part above it. */
function isOwnedByOther(
  live: KubernetesObject,
  path: readonly string[],
  fieldManager: string,
): boolean {
  return (live.metadata.managedFields ?? [])
    .filter(isJsonObject)
    .some(
      entry =>
        entry.operation === 'Apply' &&
        entry.manager !== fieldManager &&
        ownsField(entry.fieldsV1, live as JsonObject, path),
    );
}

function ownsField(
  fields: JsonValue | undefined,
  value: JsonValue | undefined,
  path: readonly string[],
): boolean {
  if (!isJsonObject(fields)) return false;
  const [step, ...rest] = path;
  if (step === undefined) return true;
  const child = childAt(value, step);
  const key = Array.isArray(value) ? itemKey(fields, child) : `f:${step}`;
  if (key !== undefined && Object.hasOwn(fields, key)) {
    return ownsField(fields[key], child, rest);
  }
  // A field set that ends here owns all that is below: an atomic value.
  return Object.keys(fields).length === 0;
}

/** How a set of fields names an item: by the values of its keys. */
function itemKey(
  fields: JsonObject,
  item: JsonValue | undefined,
): string | undefined {
  return Object.keys(fields).find(key => {
    const [kind, text] = [key.slice(0, 2), key.slice(2)];
    if (kind !== 'k:' && kind !== 'v:') return false;
    const named = JSON.parse(text) as JsonValue;
    if (kind === 'v:') return isEqual(named, item);
    return (
      isJsonObject(named) &&
      isJsonObject(item) &&
      Object.entries(named).every(([name, v]) => isEqual(item[name], v))
    );
  });
}

function valueAt(
  object: KubernetesObject,
  path: readonly string[],
): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>(childAt, object as JsonObject);
}

function childAt(
  value: JsonValue | undefined,
  step: string,
): JsonValue | undefined {
  if (Array.isArray(value)) {
    return /^[0-9]+$/.test(step) ? value[Number(step)] : undefined;
  }
  return isJsonObject(value) && Object.hasOwn(value, step)
    ? value[step]
    : undefined;
}

function removeAt(object: JsonObject, path: readonly string[]): void {
  const parent = path
    .slice(0, -1)
    .reduce<JsonValue | undefined>(childAt, object);
  const last = path[path.length - 1];
  if (Array.isArray(parent)) {
    if (childAt(parent, last) !== undefined) parent.splice(Number(last), 1);
  } else if (isJsonObject(parent)) {
    delete parent[last];
  }
}

/** Replaces a value that is there. */
function setAt(
  object: JsonObject,
  path: readonly string[],
  value: JsonValue,
): void {
  const parent = path
    .slice(0, -1)
    .reduce<JsonValue | undefined>(childAt, object);
  const last = path[path.length - 1];
  if (Array.isArray(parent)) parent[Number(last)] = value;
  else if (isJsonObject(parent)) parent[last] = value;
}
