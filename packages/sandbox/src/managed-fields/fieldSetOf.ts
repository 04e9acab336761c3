import type { JsonValue } from '../json/value';
import { isObject } from '../json/value';
import { FieldSet } from './fieldSet';
import type { FieldType } from './fieldType';
import { branch, deduce, entryElement, memberType } from './fieldType';
import type { PathElement } from './path';
import { fieldElement } from './path';

/**
 * The fields that a configuration sets, as its applier comes to own them
 * (structured-merge-diff 6, `typed/tofieldset.go`): leaves, list entries,
 * undeclared map members, and maps that are empty or null.
 */
export function fieldSetOf(
  type: FieldType,
  value: JsonValue | undefined,
): FieldSet {
  const set = new FieldSet();
  collect(type, value, [], set);
  return set;
}

function collect(
  declared: FieldType,
  value: JsonValue | undefined,
  path: PathElement[],
  set: FieldSet,
): void {
  const type = deduce(declared, value);
  switch (branch(type)) {
    case 'map':
      if (type.map!.atomic) set.insert(path);
      else if (isObject(value)) collectMap(type, value, path, set);
      return;
    case 'list':
      if (type.list!.relation === 'atomic') set.insert(path);
      else if (Array.isArray(value)) collectList(type, value, path, set);
      return;
    default:
      set.insert(path);
  }
}

function collectMap(
  type: FieldType,
  value: Record<string, JsonValue | undefined>,
  path: PathElement[],
  set: FieldSet,
): void {
  for (const [name, entry] of Object.entries(value)) {
    if (entry === undefined) continue;
    const entryType = memberType(type.map!, name);
    if (!entryType) continue;
    const entryPath = [...path, fieldElement(name)];
    collect(entryType, entry, entryPath, set);
    const isEmpty =
      entry === null || (isObject(entry) && Object.keys(entry).length === 0);
    if (isEmpty || !type.map!.field?.(name)) set.insert(entryPath);
  }
}

function collectList(
  type: FieldType,
  value: JsonValue[],
  path: PathElement[],
  set: FieldSet,
): void {
  const list = type.list!;
  const counts = new Map<PathElement, number>();
  const entries: Array<[PathElement, JsonValue]> = [];
  for (const entry of value) {
    const found = entryElement(list, entry);
    if ('problem' in found) continue;
    entries.push([found.element, entry]);
    counts.set(found.element, (counts.get(found.element) ?? 0) + 1);
  }
  for (const [element, entry] of entries) {
    const entryPath = [...path, element];
    // Entries that occur twice are owned as one, without what is inside.
    if (counts.get(element) === 1) {
      collect(list.element, entry, entryPath, set);
    }
    set.insert(entryPath);
  }
}
