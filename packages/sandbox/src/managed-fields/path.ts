import type { JsonObject, JsonValue } from '../json/value';
import { compareNumbers, isNumeric } from '../json/value';

/**
 * One step of a field path in its `fieldsV1` spelling: `f:<name>`,
 * `k:<keys of a list map>`, `v:<value of a set list>` or `i:<index>`
 * (structured-merge-diff 6, `fieldpath`).
 */
export type PathElement = string;

/** The element of a named field. */
export function fieldElement(name: string): PathElement {
  return `f:${name}`;
}

/** The element of a list-map entry; keys are sorted by name. */
export function keyElement(keys: JsonObject): PathElement {
  const body = Object.keys(keys)
    .sort()
    .map(name => `${goJson(name)}:${goJson(keys[name] ?? null)}`)
    .join(',');
  return `k:{${body}}`;
}

/** The element of a set-list entry. */
export function valueElement(value: JsonValue): PathElement {
  return `v:${goJson(value)}`;
}

/** Brings an element as a client sent it to the canonical spelling; undefined when it is none. */
export function canonicalElement(text: string): PathElement | undefined {
  const body = text.slice(2);
  try {
    switch (text.slice(0, 2)) {
      case 'f:':
        return text;
      case 'k:': {
        const keys: unknown = JSON.parse(body);
        return typeof keys === 'object' && keys !== null && !Array.isArray(keys)
          ? keyElement(keys as JsonObject)
          : undefined;
      }
      case 'v:':
        return valueElement(JSON.parse(body) as JsonValue);
      case 'i:':
        return /^i:-?\d+$/.test(text) ? text : undefined;
      default:
        return undefined;
    }
  } catch {
    return undefined;
  }
}

/** The name of a named field, or undefined. */
export function fieldName(element: PathElement): string | undefined {
  return element.startsWith('f:') ? element.slice(2) : undefined;
}

/** A path as API server messages print it: `.spec.containers[name="app"].image`. */
export function printPath(path: readonly PathElement[]): string {
  return path.map(printElement).join('');
}

/** One element as API server messages print it. */
export function printElement(element: PathElement): string {
  const body = element.slice(2);
  switch (element.slice(0, 2)) {
    case 'f:':
      return `.${body}`;
    case 'k:': {
      const keys = JSON.parse(body) as JsonObject;
      const printed = Object.keys(keys)
        .map(name => `${name}=${goJson(keys[name] ?? null)}`)
        .join(',');
      return `[${printed}]`;
    }
    case 'v:':
      return `[=${body}]`;
    default:
      return `[${body}]`;
  }
}

const ELEMENT_ORDER = ['f:', 'k:', 'v:', 'i:'];

/** The order of elements in a set: fields, keys, values, indexes; each by its own value. */
export function compareElements(left: PathElement, right: PathElement): number {
  if (left === right) return 0;
  const leftKind = left.slice(0, 2);
  const rightKind = right.slice(0, 2);
  if (leftKind !== rightKind) {
    return ELEMENT_ORDER.indexOf(leftKind) - ELEMENT_ORDER.indexOf(rightKind);
  }
  const leftBody = left.slice(2);
  const rightBody = right.slice(2);
  switch (leftKind) {
    case 'k:':
      return compareKeys(
        JSON.parse(leftBody) as JsonObject,
        JSON.parse(rightBody) as JsonObject,
      );
    case 'v:':
      return compareValues(
        JSON.parse(leftBody) as JsonValue,
        JSON.parse(rightBody) as JsonValue,
      );
    case 'i:':
      return Number(leftBody) - Number(rightBody);
    default:
      return leftBody < rightBody ? -1 : 1;
  }
}

function compareKeys(left: JsonObject, right: JsonObject): number {
  const leftNames = Object.keys(left);
  const rightNames = Object.keys(right);
  const shared = Math.min(leftNames.length, rightNames.length);
  for (let index = 0; index < shared; index += 1) {
    if (leftNames[index] !== rightNames[index]) {
      return leftNames[index] < rightNames[index] ? -1 : 1;
    }
    const order = compareValues(
      left[leftNames[index]] ?? null,
      right[rightNames[index]] ?? null,
    );
    if (order !== 0) return order;
  }
  return leftNames.length - rightNames.length;
}

function compareValues(left: JsonValue, right: JsonValue): number {
  if (isNumeric(left) && isNumeric(right)) return compareNumbers(left, right);
  if (typeof left === 'string' && typeof right === 'string') {
    if (left === right) return 0;
    return left < right ? -1 : 1;
  }
  return rank(left) - rank(right);
}

function rank(value: JsonValue): number {
  if (isNumeric(value)) return 0;
  if (typeof value === 'string') return 1;
  if (typeof value === 'boolean') return value ? 3 : 2;
  return 4;
}

/** JSON as Go's standard encoder writes it: `<`, `>` and `&` are escaped. */
function goJson(value: JsonValue): string {
  if (typeof value === 'bigint') return value.toString();
  const text = JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'bigint' ? Number(part) : part,
  );
  return text.replace(
    /[<>&]/g,
    sign => `\\u00${sign.charCodeAt(0).toString(16)}`,
  );
}
