import type { JsonValue } from '../json/value';
import { equal, isObject, member } from '../json/value';
import { FieldSet } from './fieldSet';
import type { FieldType, ListType, MapType } from './fieldType';
import { branch, deduce, entryElement, memberType } from './fieldType';
import type { PathElement } from './path';
import { fieldElement } from './path';

/** Which fields differ between two objects. */
export interface Comparison {
  readonly removed: FieldSet;
  readonly modified: FieldSet;
  readonly added: FieldSet;
}

class Comparer {
  constructor(private readonly result: Comparison) {}

  compare(
    type: FieldType,
    left: JsonValue | undefined,
    right: JsonValue | undefined,
    path: PathElement[],
  ): void {
    if (left === undefined && right === undefined) return;
    const leftType = deduce(type, left);
    const rightType = deduce(type, right);
    let wasLeaf: boolean;
    if (right === undefined) {
      wasLeaf = this.visit(leftType, left, right, path);
    } else if (left === undefined || branch(leftType) === branch(rightType)) {
      wasLeaf = this.visit(rightType, left, right, path);
    } else {
      this.visit(leftType, left, right, path);
      wasLeaf = this.visit(rightType, left, right, path);
    }
    if (wasLeaf) return;
    if (left === undefined) this.result.added.insert(path);
    else if (right === undefined) this.result.removed.insert(path);
  }

  /** Returns whether the value was treated as one leaf. */
  private visit(
    type: FieldType,
    left: JsonValue | undefined,
    right: JsonValue | undefined,
    path: PathElement[],
  ): boolean {
    switch (branch(type)) {
      case 'map': {
        const empty = isEmptyMap(left) && isEmptyMap(right);
        if (type.map!.atomic || empty) return this.leaf(left, right, path);
        this.maps(type.map!, left, right, path);
        return false;
      }
      case 'list': {
        const empty = isEmptyList(left) && isEmptyList(right);
        if (type.list!.relation === 'atomic' || empty) {
          return this.leaf(left, right, path);
        }
        this.lists(type.list!, left, right, path);
        return false;
      }
      default:
        return this.leaf(left, right, path);
    }
  }

  private leaf(
    left: JsonValue | undefined,
    right: JsonValue | undefined,
    path: PathElement[],
  ): true {
    if (left === undefined) this.result.added.insert(path);
    else if (right === undefined) this.result.removed.insert(path);
    else if (!equal(left, right)) this.result.modified.insert(path);
    return true;
  }

  private maps(
    type: MapType,
    left: JsonValue | undefined,
    right: JsonValue | undefined,
    path: PathElement[],
  ): void {
    const leftMap = isObject(left) ? left : {};
    const rightMap = isObject(right) ? right : {};
    for (const name of new Set([
      ...Object.keys(leftMap),
      ...Object.keys(rightMap),
    ])) {
      const entryType = memberType(type, name);
      if (!entryType) continue;
      this.compare(entryType, member(leftMap, name), member(rightMap, name), [
        ...path,
        fieldElement(name),
      ]);
    }
  }

  private lists(
    type: ListType,
    left: JsonValue | undefined,
    right: JsonValue | undefined,
    path: PathElement[],
  ): void {
    const leftEntries = groupEntries(type, left);
    const rightEntries = groupEntries(type, right);
    for (const element of new Set([
      ...leftEntries.keys(),
      ...rightEntries.keys(),
    ])) {
      const lefts = leftEntries.get(element) ?? [];
      const rights = rightEntries.get(element) ?? [];
      const entryPath = [...path, element];
      if (lefts.length <= 1 && rights.length <= 1) {
        this.compare(type.element, lefts[0], rights[0], entryPath);
      } else if (lefts.length >= 2 && rights.length >= 2) {
        // Duplicates before and after count as one atomic value.
        if (!equal(lefts, rights)) this.result.modified.insert(entryPath);
      } else if (lefts.length >= 2) {
        this.compare(type.element, undefined, rights[0], entryPath);
        this.result.removed.insert(entryPath);
      } else {
        this.compare(type.element, lefts[0], undefined, entryPath);
        this.result.added.insert(entryPath);
      }
    }
  }
}

/** Compares two values of one type (structured-merge-diff 6, `typed/compare.go`). */
export function compareFields(
  type: FieldType,
  left: JsonValue | undefined,
  right: JsonValue | undefined,
): Comparison {
  const comparison: Comparison = {
    removed: new FieldSet(),
    modified: new FieldSet(),
    added: new FieldSet(),
  };
  new Comparer(comparison).compare(type, left, right, []);
  return comparison;
}

function groupEntries(
  type: ListType,
  value: JsonValue | undefined,
): Map<PathElement, JsonValue[]> {
  const groups = new Map<PathElement, JsonValue[]>();
  if (!Array.isArray(value)) return groups;
  for (const entry of value) {
    const found = entryElement(type, entry);
    if ('problem' in found) continue;
    const group = groups.get(found.element);
    if (group) group.push(entry);
    else groups.set(found.element, [entry]);
  }
  return groups;
}

function isEmptyMap(value: JsonValue | undefined): boolean {
  return !isObject(value) || Object.keys(value).length === 0;
}

function isEmptyList(value: JsonValue | undefined): boolean {
  return !Array.isArray(value) || value.length === 0;
}
