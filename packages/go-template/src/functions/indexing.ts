import {
  GoEntries,
  GoNil,
  GoNumber,
  GoTyped,
  integer,
} from '../values/GoObject';
import {
  elementsOf,
  indirect,
  isBytes,
  kindOf,
  lengthOf,
  plain,
  typeOf,
} from '../values/inspect';
import { GoType, UINT8 } from '../values/GoType';
import { entryOf } from '../values/entries';
import { decodeUtf8, encodeUtf8 } from '../values/utf8';
import { zeroOf } from '../values/zero';
import { GoError } from './goFunction';

/** `x[1]["a"][2]`; a missing key gives the zero value. */
export function index(item: unknown, indexes: readonly unknown[]): unknown {
  if (item === undefined || item === null) {
    throw new GoError('index of untyped nil');
  }
  let current: unknown = item;
  for (const position of indexes) {
    current = indirect(current);
    if (isNilPointer(current)) {
      throw new GoError('index of nil pointer');
    }
    current = indexOnce(current, position);
  }
  return current;
}

function isNilPointer(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    (value instanceof GoNil && value.type.kind === 'ptr')
  );
}

function indexOnce(item: unknown, position: unknown): unknown {
  const type = typeOf(item);
  switch (type.kind) {
    case 'string': {
      const bytes = encodeUtf8(plain(item) as string);
      return integer(UINT8, bytes[element('string', position, bytes.length)]);
    }
    case 'slice':
    case 'array': {
      const elements = elementsOf(item)!;
      return elements[element('slice', position, elements.length)];
    }
    case 'map': {
      const key = mapKey(position, type.key!);
      const value =
        item instanceof GoNil ? undefined : entryOf(item as object, key);
      return value === undefined ? zeroOf(type.elem) : value;
    }
    default:
      throw new GoError(`can't index item of type ${type.name}`);
  }
}

/** An index up to the length passes the check, but there is no element. */
function element(kind: string, position: unknown, count: number): number {
  const at = indexArgument(position, count);
  if (at === count) {
    throw new GoError(`reflect: ${kind} index out of range`);
  }
  return at;
}

function mapKey(key: unknown, type: GoType): unknown {
  if (key === undefined || key === null) {
    if (type.kind === 'interface') {
      return null;
    }
    throw new GoError(`value is nil; should be of type ${type.name}`);
  }
  const actual = typeOf(key);
  const isInteger =
    key instanceof GoNumber && isIntegerKind(actual) && isIntegerKind(type);
  if (actual.name !== type.name && type.kind !== 'interface' && !isInteger) {
    throw new GoError(`value has type ${actual.name}; should be ${type.name}`);
  }
  return isInteger ? integer(type, key.value) : key;
}

function isIntegerKind({ kind }: GoType): boolean {
  return (
    (kind.startsWith('int') || kind.startsWith('uint')) && kind !== 'interface'
  );
}

function indexArgument(position: unknown, capacity: number): number {
  if (position === undefined || position === null) {
    throw new GoError('cannot index slice/array with nil');
  }
  if (!(position instanceof GoNumber) || !isIntegerKind(position.type)) {
    throw new GoError(
      `cannot index slice/array with type ${typeOf(position).name}`,
    );
  }
  const at = BigInt.asIntN(64, BigInt(position.value));
  if (at < 0n || at > BigInt(capacity)) {
    throw new GoError(`index out of range: ${at}`);
  }
  return Number(at);
}

/** `x[1:2]` or `x[1:2:3]`. Strings are cut at bytes. */
export function slice(item: unknown, indexes: readonly unknown[]): unknown {
  if (item === undefined || item === null) {
    throw new GoError('slice of untyped nil');
  }
  const target = indirect(item);
  if (isNilPointer(target)) {
    throw new GoError('slice of nil pointer');
  }
  if (indexes.length > 3) {
    throw new GoError(`too many slice indexes: ${indexes.length}`);
  }
  const kind = kindOf(target);
  if (kind !== 'string' && kind !== 'slice' && kind !== 'array') {
    throw new GoError(`can't slice item of type ${typeOf(target).name}`);
  }
  if (kind === 'string' && indexes.length === 3) {
    throw new GoError('cannot 3-index slice a string');
  }
  const size = lengthOf(target)!;
  const bounds = indexes.map(position => indexArgument(position, size));
  const [from = 0, to = size, capacity = size] = bounds;
  if (from > to) {
    throw new GoError(`invalid slice index: ${from} > ${to}`);
  }
  if (to > capacity) {
    throw new GoError(`invalid slice index: ${to} > ${capacity}`);
  }
  return cut(target, from, to);
}

function cut(target: unknown, from: number, to: number): unknown {
  const bare = plain(target);
  let part: unknown = target;
  if (typeof bare === 'string') {
    part = decodeUtf8(encodeUtf8(bare).subarray(from, to));
  } else if (Array.isArray(bare)) {
    part = bare.slice(from, to);
  } else if (isBytes(bare)) {
    part = bare.subarray(from, to);
  }
  return target instanceof GoTyped ? new GoTyped(target.type, part) : part;
}

/** `len`. */
export function length(item: unknown): number {
  if (item === null) {
    throw new GoError('len of nil pointer');
  }
  if (item === undefined) {
    throw new GoError('reflect: call of reflect.Value.Type on zero Value');
  }
  const target = indirect(item);
  if (isNilPointer(target)) {
    throw new GoError('len of nil pointer');
  }
  const size = target instanceof GoEntries ? undefined : lengthOf(target);
  if (size === undefined) {
    throw new GoError(`len of type ${typeOf(target).name}`);
  }
  return size;
}
