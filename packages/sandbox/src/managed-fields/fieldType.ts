import type { JsonObject, JsonValue } from '../json/value';
import { isNumeric, isObject, member } from '../json/value';
import type { PathElement } from './path';
import { fieldName, keyElement, valueElement } from './path';

/** What a scalar field accepts. `any` is any scalar, as `x-kubernetes-int-or-string`. */
export type ScalarType = 'string' | 'number' | 'boolean' | 'any';

/**
 * How a value merges: the shape of structured-merge-diff's `Atom`. A type
 * that is not declared has all three branches and is deduced from the value.
 */
export interface FieldType {
  readonly scalar?: ScalarType;
  readonly map?: MapType;
  readonly list?: ListType;
}

/** A map or struct. */
export interface MapType {
  /** The type of a declared field. */
  field?(name: string): FieldType | undefined;
  /** The type of members that are not declared; absent where there may be none. */
  readonly element?: FieldType;
  /** Replaced as a whole, owned by one manager. */
  readonly atomic: boolean;
}

/** A list. */
export interface ListType {
  readonly element: FieldType;
  readonly relation: 'atomic' | 'set' | 'map';
  readonly keys: readonly string[];
  /** The default of a key that an entry leaves out. */
  keyDefault?(key: string): JsonValue | undefined;
}

/** The type of what no schema declares: maps merge by member, lists are atomic. */
export const DEDUCED: FieldType = createDeduced();

/** The type of a value that is replaced as a whole whatever it is. */
export const UNTYPED_ATOMIC: FieldType = createAtomic();

function createDeduced(): FieldType {
  const type: { -readonly [K in keyof FieldType]: FieldType[K] } = {
    scalar: 'any',
  };
  type.map = { element: type, atomic: false };
  type.list = { element: type, relation: 'atomic', keys: [] };
  return type;
}

function createAtomic(): FieldType {
  const type: { -readonly [K in keyof FieldType]: FieldType[K] } = {
    scalar: 'any',
  };
  type.map = { element: type, atomic: true };
  type.list = { element: type, relation: 'atomic', keys: [] };
  return type;
}

/** The branch that applies to a value; a value that fits none keeps the whole type. */
export function deduce(
  type: FieldType,
  value: JsonValue | undefined,
): FieldType {
  if (value === undefined || value === null) return type;
  if (Array.isArray(value)) return type.list ? { list: type.list } : type;
  if (isObject(value)) return type.map ? { map: type.map } : type;
  return type.scalar ? { scalar: type.scalar } : type;
}

/** The branch a walk takes: a map before a scalar before a list. */
export function branch(type: FieldType): 'map' | 'scalar' | 'list' {
  if (type.map) return 'map';
  return type.scalar ? 'scalar' : 'list';
}

/** The type of a map member. */
export function memberType(type: MapType, name: string): FieldType | undefined {
  return type.field?.(name) ?? type.element;
}

/** The type below a path element. */
export function elementType(
  type: FieldType | undefined,
  element: PathElement,
): FieldType | undefined {
  const name = fieldName(element);
  if (name !== undefined) {
    return type?.map ? memberType(type.map, name) : undefined;
  }
  return type?.list?.element;
}

/** The element that names a list entry, or the reason why there is none. */
export function entryElement(
  type: ListType,
  entry: JsonValue,
): { element: PathElement } | { problem: string } {
  if (type.relation === 'set') return setElement(entry);
  if (entry === null) {
    return {
      problem: 'associative list with keys may not have a null element',
    };
  }
  if (!isObject(entry)) {
    return {
      problem: 'associative list with keys may not have non-map elements',
    };
  }
  const keys: JsonObject = {};
  for (const key of type.keys) {
    const value = member(entry, key) ?? type.keyDefault?.(key);
    if (value !== undefined) keys[key] = value;
  }
  if (Object.keys(keys).length === 0) {
    const names = type.keys.map(key => JSON.stringify(key)).join(' ');
    return {
      problem: `associative list with keys has an element that omits all key fields [${names}] (and doesn't have default values for any key fields)`,
    };
  }
  return { element: keyElement(keys) };
}

function setElement(
  entry: JsonValue,
): { element: PathElement } | { problem: string } {
  if (entry === null) {
    return {
      problem:
        "associative list without keys has an element that's an explicit null",
    };
  }
  if (Array.isArray(entry)) {
    return {
      problem: 'not supported: associative list with lists as elements',
    };
  }
  if (isObject(entry)) {
    return {
      problem: "associative list without keys has an element that's a map type",
    };
  }
  return { element: valueElement(entry) };
}

/** Why a value is not a scalar of the type; undefined when it is. Null always is. */
export function scalarProblem(
  type: ScalarType,
  value: JsonValue | undefined,
): string | undefined {
  if (value === undefined || value === null) return undefined;
  switch (type) {
    case 'number':
      return isNumeric(value)
        ? undefined
        : `expected numeric (int or float), got ${goType(value)}`;
    case 'string':
      return typeof value === 'string'
        ? undefined
        : `expected string, got &value.valueUnstructured{Value:${goValue(value)}}`;
    case 'boolean':
      return typeof value === 'boolean'
        ? undefined
        : `expected boolean, got ${printValue(value)}`;
    default:
      return typeof value === 'object'
        ? `expected any scalar, got ${printValue(value)}`
        : undefined;
  }
}

/** A value as the merge messages print it: Go's `%v` of a wrapped value. */
export function printValue(value: JsonValue): string {
  return `&{${typeof value === 'string' ? value : goValue(value)}}`;
}

function goType(value: JsonValue): string {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
}

function goValue(value: JsonValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(goValue).join(' ')}]`;
  if (isObject(value)) {
    const members = Object.entries(value).map(
      ([key, entry]) => `${key}:${goValue(entry ?? null)}`,
    );
    return `map[${members.join(' ')}]`;
  }
  return value === null ? '<nil>' : String(value);
}
