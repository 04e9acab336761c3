import type { JsonObject, JsonValue } from '../json/value';
import { isObject, member, setMember } from '../json/value';
import type { FieldType, ListType, MapType } from './fieldType';
import { branch, deduce, entryElement, memberType } from './fieldType';
import type { PathElement } from './path';

/**
 * Merges a configuration into an object by the type: declared fields and list
 * entries one by one, atomic values as a whole; the order of list entries is
 * that of structured-merge-diff 6 (`typed/merge.go`).
 */
export function mergeFields(
  type: FieldType,
  left: JsonValue | undefined,
  right: JsonValue | undefined,
): JsonValue | undefined {
  if (left === undefined && right === undefined) return undefined;
  const leftType = deduce(type, left);
  const rightType = deduce(type, right);
  return visit(right === undefined ? leftType : rightType, left, right);
}

function visit(
  type: FieldType,
  left: JsonValue | undefined,
  right: JsonValue | undefined,
): JsonValue | undefined {
  switch (branch(type)) {
    case 'map':
      return isLeafMap(type.map!, left, right)
        ? keepRight(left, right)
        : mergeMaps(type.map!, left, right);
    case 'list':
      return isLeafList(type.list!, left, right)
        ? keepRight(left, right)
        : mergeLists(type.list!, left, right);
    default:
      return keepRight(left, right);
  }
}

function keepRight(
  left: JsonValue | undefined,
  right: JsonValue | undefined,
): JsonValue | undefined {
  return right === undefined ? left : right;
}

// Two empty values are one leaf, so that null and {} stay apart.
function isLeafMap(
  type: MapType,
  left: JsonValue | undefined,
  right: JsonValue | undefined,
): boolean {
  const isEmpty = (value: JsonValue | undefined) =>
    !isObject(value) || Object.keys(value).length === 0;
  return type.atomic || (isEmpty(left) && isEmpty(right));
}

function isLeafList(
  type: ListType,
  left: JsonValue | undefined,
  right: JsonValue | undefined,
): boolean {
  const isEmpty = (value: JsonValue | undefined) =>
    !Array.isArray(value) || value.length === 0;
  return type.relation === 'atomic' || (isEmpty(left) && isEmpty(right));
}

function mergeMaps(
  type: MapType,
  left: JsonValue | undefined,
  right: JsonValue | undefined,
): JsonValue | undefined {
  const leftMap = isObject(left) ? left : {};
  const rightMap = isObject(right) ? right : {};
  const result: JsonObject = {};
  for (const name of new Set([
    ...Object.keys(leftMap),
    ...Object.keys(rightMap),
  ])) {
    const entryType = memberType(type, name);
    const leftEntry = member(leftMap, name);
    const rightEntry = member(rightMap, name);
    const merged = entryType
      ? mergeFields(entryType, leftEntry, rightEntry)
      : keepRight(leftEntry, rightEntry);
    if (merged !== undefined) setMember(result, name, merged);
  }
  return Object.keys(result).length > 0 ? result : undefined;
}

interface IndexedEntry {
  element: PathElement;
  value: JsonValue;
}

function indexEntries(
  type: ListType,
  value: JsonValue | undefined,
): IndexedEntry[] {
  const entries: IndexedEntry[] = [];
  for (const entry of Array.isArray(value) ? value : []) {
    const found = entryElement(type, entry);
    if (!('problem' in found)) {
      entries.push({ element: found.element, value: entry });
    }
  }
  return entries;
}

function mergeLists(
  type: ListType,
  left: JsonValue | undefined,
  right: JsonValue | undefined,
): JsonValue | undefined {
  const lefts = indexEntries(type, left);
  const rights = indexEntries(type, right);
  const leftByElement = new Map<PathElement, JsonValue | undefined>();
  for (const { element, value } of lefts) {
    // An entry that occurs twice is not merged with the new one but replaced.
    leftByElement.set(element, leftByElement.has(element) ? undefined : value);
  }
  const rightByElement = new Map(
    rights.map(({ element, value }) => [element, value] as const),
  );
  const shared = rights
    .map(({ element }) => element)
    .filter(element => leftByElement.has(element));
  let nextShared = shared.shift();

  const merged = new Set<PathElement>();
  const result: JsonValue[] = [];
  const take = (
    leftValue: JsonValue | undefined,
    rightValue: JsonValue | undefined,
  ) => {
    const value = mergeFields(type.element, leftValue, rightValue);
    if (value !== undefined) result.push(value);
  };
  let l = 0;
  let r = 0;
  while (l < lefts.length || r < rights.length) {
    if (l < lefts.length && r < rights.length) {
      const { element } = lefts[l];
      if (element === rights[r].element) {
        merged.add(element);
        take(leftByElement.get(element), rightByElement.get(element));
        l += 1;
        r += 1;
        nextShared = shared.shift();
        continue;
      }
      if (
        rightByElement.has(element) &&
        nextShared !== undefined &&
        nextShared !== element
      ) {
        // Shared, but its turn comes later in the order of the configuration.
        l += 1;
        continue;
      }
    }
    if (l < lefts.length) {
      const { element, value } = lefts[l];
      if (!rightByElement.has(element)) {
        take(value, undefined);
        l += 1;
        continue;
      }
      if (merged.has(element)) l += 1;
    }
    if (r < rights.length) {
      const { element } = rights[r];
      merged.add(element);
      take(leftByElement.get(element), rightByElement.get(element));
      r += 1;
      if (nextShared === element) nextShared = shared.shift();
    }
  }
  return result.length > 0 ? result : undefined;
}
