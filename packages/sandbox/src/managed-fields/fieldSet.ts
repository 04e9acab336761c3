import type { JsonObject } from '../json/value';
import { isObject, setMember } from '../json/value';
import type { FieldType } from './fieldType';
import { elementType } from './fieldType';
import type { PathElement } from './path';
import { canonicalElement, compareElements, fieldName } from './path';

/**
 * A set of field paths with the algebra of structured-merge-diff 6
 * (`fieldpath.Set`): a node may be a member, have children, or both.
 * Operations return new sets; `insert` is the only one that changes its set.
 */
export class FieldSet {
  readonly members = new Set<PathElement>();
  readonly children = new Map<PathElement, FieldSet>();

  /** Builds a set from paths. */
  static of(...paths: PathElement[][]): FieldSet {
    const set = new FieldSet();
    for (const path of paths) set.insert(path);
    return set;
  }

  /** Reads `fieldsV1`; undefined when an element is not understood. */
  static fromFieldsV1(fields: JsonObject): FieldSet | undefined {
    const set = new FieldSet();
    for (const [key, value] of Object.entries(fields)) {
      if (key === '.') continue;
      const element = canonicalElement(key);
      if (element === undefined || !isObject(value)) return undefined;
      const names = Object.keys(value);
      if (names.length === 0 || Object.hasOwn(value, '.')) {
        set.members.add(element);
      }
      const child = FieldSet.fromFieldsV1(value);
      if (!child) return undefined;
      if (!child.isEmpty()) set.children.set(element, child);
    }
    return set;
  }

  /** Writes `fieldsV1`, elements in their canonical order. */
  toFieldsV1(): JsonObject {
    const result: JsonObject = {};
    for (const element of this.elements()) {
      const child = this.children.get(element);
      const isMember = this.members.has(element);
      const below = child && !child.isEmpty() ? child.toFieldsV1() : {};
      const node =
        isMember && Object.keys(below).length > 0
          ? { '.': {}, ...below }
          : below;
      setMember(result, element, node);
    }
    return result;
  }

  /** Adds one path. The empty path, the whole object, is not tracked. */
  insert(path: readonly PathElement[]): void {
    const [element, ...rest] = path;
    if (element === undefined) return;
    if (rest.length === 0) {
      this.members.add(element);
      return;
    }
    let child = this.children.get(element);
    if (!child) {
      child = new FieldSet();
      this.children.set(element, child);
    }
    child.insert(rest);
  }

  /** True when the exact path is a member. */
  has(path: readonly PathElement[]): boolean {
    const [element, ...rest] = path;
    if (element === undefined) return false;
    return rest.length === 0
      ? this.members.has(element)
      : (this.children.get(element)?.has(rest) ?? false);
  }

  /** The set below one element. */
  below(element: PathElement): FieldSet | undefined {
    const child = this.children.get(element);
    return child && !child.isEmpty() ? child : undefined;
  }

  /** True when nothing is a member at any depth. */
  isEmpty(): boolean {
    if (this.members.size > 0) return false;
    for (const child of this.children.values()) {
      if (!child.isEmpty()) return false;
    }
    return true;
  }

  /** Members of either set. */
  union(other: FieldSet): FieldSet {
    const result = new FieldSet();
    for (const element of this.members) result.members.add(element);
    for (const element of other.members) result.members.add(element);
    for (const [element, child] of this.children) {
      const twin = other.children.get(element);
      result.children.set(element, twin ? child.union(twin) : child);
    }
    for (const [element, child] of other.children) {
      if (!this.children.has(element)) result.children.set(element, child);
    }
    return result;
  }

  /** Members of both sets. */
  intersection(other: FieldSet): FieldSet {
    const result = new FieldSet();
    for (const element of this.members) {
      if (other.members.has(element)) result.members.add(element);
    }
    for (const [element, child] of this.children) {
      const twin = other.children.get(element);
      const shared = twin && child.intersection(twin);
      if (shared && !shared.isEmpty()) result.children.set(element, shared);
    }
    return result;
  }

  /** Members of this set that are not members of the other; parents and children are independent. */
  difference(other: FieldSet): FieldSet {
    return this.subtract(other, false);
  }

  /** As `difference`, and a member of the other set takes everything below it away too. */
  recursiveDifference(other: FieldSet): FieldSet {
    return this.subtract(other, true);
  }

  private subtract(other: FieldSet, recursive: boolean): FieldSet {
    const result = new FieldSet();
    for (const element of this.members) {
      if (!other.members.has(element)) result.members.add(element);
    }
    for (const [element, child] of this.children) {
      if (recursive && other.members.has(element)) continue;
      const twin = other.children.get(element);
      const rest = twin ? child.subtract(twin, recursive) : child;
      if (!rest.isEmpty()) result.children.set(element, rest);
    }
    return result;
  }

  /** Keeps only what lies at or below the given top-level fields. */
  only(names: readonly string[]): FieldSet {
    const result = new FieldSet();
    for (const name of names) {
      const element = `f:${name}`;
      if (this.members.has(element)) result.members.add(element);
      const child = this.children.get(element);
      if (child) result.children.set(element, child);
    }
    return result;
  }

  /** Makes declared fields that have children members too (`EnsureNamedFieldsAreMembers`). */
  withNamedFields(type: FieldType | undefined): FieldSet {
    const result = new FieldSet();
    for (const element of this.members) result.members.add(element);
    for (const [element, child] of this.children) {
      const name = fieldName(element);
      if (name !== undefined && type?.map?.field?.(name)) {
        result.members.add(element);
      }
      result.children.set(
        element,
        child.withNamedFields(elementType(type, element)),
      );
    }
    return result;
  }

  /** All members as paths, in canonical order: a node before what is below it. */
  paths(): PathElement[][] {
    const result: PathElement[][] = [];
    const walk = (set: FieldSet, prefix: PathElement[]) => {
      for (const element of [...set.members].sort(compareElements)) {
        result.push([...prefix, element]);
      }
      for (const element of [...set.children.keys()].sort(compareElements)) {
        walk(set.children.get(element)!, [...prefix, element]);
      }
    };
    walk(this, []);
    return result;
  }

  private elements(): PathElement[] {
    const all = new Set(this.members);
    for (const [element, child] of this.children) {
      if (!child.isEmpty()) all.add(element);
    }
    return [...all].sort(compareElements);
  }
}
