import {
  GoComplex,
  GoEntries,
  GoNil,
  GoNumber,
  GoObject,
  GoPointer,
  GoTyped,
} from './GoObject';
import {
  ANY,
  ANY_MAP,
  ANY_SLICE,
  BOOL,
  BYTES,
  FLOAT64,
  GoKind,
  GoType,
  INT64,
  STRING,
} from './GoType';
import { byteLength } from './utf8';

/** A `map[string]interface {}`. @public */
export type GoMap = { [key: string]: unknown };

/** Whether the value is a plain object, that is, a map. @public */
export function isMap(value: unknown): value is GoMap {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof GoObject) &&
    !(value instanceof GoEntries) &&
    !ArrayBuffer.isView(value)
  );
}

/** Whether the value is a `[]byte`. @public */
export function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value);
}

const FUNC: GoType = { name: 'func()', kind: 'func' };
const INVALID: GoType = { name: '<nil>', kind: 'invalid' };

/** The type of a value; of nil in an interface that of the interface. @public */
export function typeOf(value: unknown): GoType {
  switch (typeof value) {
    case 'string':
      return STRING;
    case 'number':
      return FLOAT64;
    case 'boolean':
      return BOOL;
    case 'bigint':
      return INT64;
    case 'undefined':
      return INVALID;
    case 'object':
      if (value === null) {
        return ANY;
      }
      if (value instanceof GoObject) {
        return value.type;
      }
      if (Array.isArray(value)) {
        return ANY_SLICE;
      }
      return isBytes(value) ? BYTES : ANY_MAP;
    default:
      return FUNC;
  }
}

/** The kind of the value's type. @public */
export function kindOf(value: unknown): GoKind {
  return typeOf(value).kind;
}

/** The value without the name of its type: the array of a `[]string`. @public */
export function plain(value: unknown): unknown {
  return value instanceof GoTyped ? value.value : value;
}

/** What a pointer, or a chain of them, points to. */
export function indirect(value: unknown): unknown {
  let target = value;
  while (target instanceof GoPointer) {
    target = target.target;
  }
  return target;
}

/** Go's truth: false, 0, nil and what is empty are false. @public */
export function isTrue(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
      return value !== '';
    case 'boolean':
      return value;
    case 'number':
      return value !== 0;
    case 'undefined':
      return false;
    case 'object':
      break;
    default:
      return Boolean(value);
  }
  if (value === null || value instanceof GoNil) {
    return false;
  }
  if (Array.isArray(value)) {
    return value.length > 0;
  }
  if (value instanceof GoNumber) {
    // eslint-disable-next-line eqeqeq -- the value is a number or a bigint
    return value.value != 0;
  }
  if (value instanceof GoTyped) {
    return lengthOf(value) !== 0;
  }
  if (value instanceof GoComplex) {
    return value.real !== 0 || value.imaginary !== 0;
  }
  if (value instanceof GoObject) {
    return true;
  }
  return lengthOf(value) !== 0;
}

/**
 * The number of bytes, elements or entries; undefined where a value has no
 * length.
 *
 * @public
 */
export function lengthOf(value: unknown): number | undefined {
  const bare = plain(value);
  if (typeof bare === 'string') {
    return byteLength(bare);
  }
  if (Array.isArray(bare)) {
    return bare.length;
  }
  if (bare instanceof GoEntries) {
    return bare.entries.length;
  }
  if (isBytes(bare)) {
    return bare.length;
  }
  if (isMap(bare)) {
    let entries = 0;
    for (const key in bare) {
      if (Object.hasOwn(bare, key) && bare[key] !== undefined) {
        entries++;
      }
    }
    return entries;
  }
  if (bare instanceof GoNil) {
    return bare.type.kind === 'slice' || bare.type.kind === 'map'
      ? 0
      : undefined;
  }
  return undefined;
}

/**
 * The elements of a slice, also of a typed or nil one; undefined for others.
 * Bytes are numbers of type `uint8`.
 *
 * @public
 */
export function elementsOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) {
    return value;
  }
  const bare = plain(value);
  if (Array.isArray(bare)) {
    return bare;
  }
  if (isBytes(bare)) {
    return Array.from(bare, byte => new GoNumber(BYTES.elem!, byte));
  }
  if (bare instanceof GoNil && bare.type.kind === 'slice') {
    return [];
  }
  return undefined;
}

/** Whether the value is nil, of whatever type. @public */
export function isNil(value: unknown): boolean {
  return value === undefined || value === null || value instanceof GoNil;
}
