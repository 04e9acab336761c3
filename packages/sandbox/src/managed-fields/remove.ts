import type { JsonObject, JsonValue } from '../json/value';
import { isObject, setMember } from '../json/value';
import type { FieldSet } from './fieldSet';
import type { FieldType } from './fieldType';
import { branch, deduce, entryElement, memberType } from './fieldType';
import { fieldElement } from './path';

/**
 * Removes the fields of a set from a value. A container that becomes empty, or
 * that is atomic and touched from inside, goes too (structured-merge-diff 6,
 * `typed/remove.go`).
 */
export function removeFields(
  declared: FieldType,
  value: JsonValue | undefined,
  set: FieldSet,
): JsonValue | undefined {
  const type = deduce(declared, value);
  switch (branch(type)) {
    case 'map':
      return isObject(value) && !type.map!.atomic
        ? removeFromMap(type, value, set)
        : undefined;
    case 'list':
      return Array.isArray(value) && type.list!.relation !== 'atomic'
        ? removeFromList(type, value, set)
        : undefined;
    default:
      return value;
  }
}

function removeFromMap(
  type: FieldType,
  value: JsonObject,
  set: FieldSet,
): JsonValue | undefined {
  const result: JsonObject = {};
  for (const [name, entry] of Object.entries(value)) {
    const element = fieldElement(name);
    if (entry === undefined || set.members.has(element)) continue;
    const below = set.below(element);
    const entryType = memberType(type.map!, name);
    setMember(
      result,
      name,
      below && entryType
        ? (removeFields(entryType, entry, below) ?? null)
        : entry,
    );
  }
  return Object.keys(result).length > 0 ? result : undefined;
}

function removeFromList(
  type: FieldType,
  value: JsonValue[],
  set: FieldSet,
): JsonValue | undefined {
  const result: JsonValue[] = [];
  for (const entry of value) {
    const found = entryElement(type.list!, entry);
    if ('problem' in found) {
      result.push(entry);
      continue;
    }
    if (set.members.has(found.element)) continue;
    const below = set.below(found.element);
    result.push(
      below ? (removeFields(type.list!.element, entry, below) ?? null) : entry,
    );
  }
  return result.length > 0 ? result : undefined;
}
