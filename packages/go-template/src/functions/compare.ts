import { sprintf } from '../format/sprintf';
import {
  GoComplex,
  GoNil,
  GoNumber,
  GoPointer,
  GoStruct,
} from '../values/GoObject';
import { isNil, kindOf, plain, typeOf } from '../values/inspect';
import { compareStrings } from '../values/utf8';
import { GoError } from './goFunction';

type BasicKind = 'bool' | 'complex' | 'int' | 'float' | 'string' | 'uint';

function basicKind(value: unknown): BasicKind | undefined {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
      return 'float';
    case 'boolean':
      return 'bool';
    default:
  }
  const kind = kindOf(value);
  if (kind.startsWith('int') && kind !== 'interface') {
    return 'int';
  }
  if (kind.startsWith('uint')) {
    return 'uint';
  }
  if (kind.startsWith('float')) {
    return 'float';
  }
  if (kind.startsWith('complex')) {
    return 'complex';
  }
  return kind === 'string' || kind === 'bool' ? kind : undefined;
}

/** The number or string that is compared. */
function comparable(value: unknown): number | bigint | string {
  const bare = value instanceof GoNumber ? value.value : plain(value);
  return bare as number | bigint | string;
}

/** `a == b || a == c || ...`, for values of one basic kind. */
export function eq(a: unknown, others: readonly unknown[]): boolean {
  if (others.length === 0) {
    throw new GoError('missing argument for comparison');
  }
  return others.some(b => equal(a, b));
}

function equal(a: unknown, b: unknown): boolean {
  const kind = basicKind(a);
  const other = basicKind(b);
  if (kind !== other) {
    if (isIntegerPair(kind, other)) {
      // eslint-disable-next-line eqeqeq -- one may be a bigint
      return comparable(a) == comparable(b);
    }
    if (!isAbsent(a) && !isAbsent(b)) {
      throw incompatible(a, b);
    }
    return false;
  }
  if (kind === 'complex') {
    const [x, y] = [a as GoComplex, b as GoComplex];
    return x.real === y.real && x.imaginary === y.imaginary;
  }
  if (kind) {
    // eslint-disable-next-line eqeqeq -- one may be a bigint
    return comparable(a) == comparable(b);
  }
  return equalComposite(a, b);
}

/** Maps and lists are comparable to nil only, structs by their fields. */
function equalComposite(a: unknown, b: unknown): boolean {
  if (!isAbsent(a) && !isAbsent(b) && kindOf(a) !== kindOf(b)) {
    const types = [typeOf(a).name, typeOf(b).name];
    throw new GoError(
      sprintf('non-comparable types %s: %s, %s: %v', [a, ...types, b]),
    );
  }
  if (isNil(a) || isNil(b)) {
    return isNil(a) === isNil(b);
  }
  const { kind, name } = typeOf(b);
  if (kind === 'map' || kind === 'slice' || kind === 'func') {
    throw new GoError(sprintf('non-comparable type %s: %s', [b, name]));
  }
  return same(a, b);
}

/** Go's `==` of values in structs. */
function same(a: unknown, b: unknown): boolean {
  if (a instanceof GoStruct && b instanceof GoStruct) {
    const [x, y] = [a, b].map(({ fields }) => fields);
    const [p, q] = [a, b].map(struct => struct.hidden());
    return (
      a === b ||
      (a.type.name === b.type.name &&
        Object.keys(x).every(name => same(x[name], y[name])) &&
        Object.keys(p).every(name => same(p[name], q[name])))
    );
  }
  if (a instanceof GoNumber && b instanceof GoNumber) {
    return a.type.name === b.type.name && a.value === b.value;
  }
  if (a instanceof GoPointer && b instanceof GoPointer) {
    return a.target === b.target;
  }
  return a === b || (a instanceof GoNil && b instanceof GoNil);
}

/** No value, or nil in an interface. */
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function isIntegerPair(a?: BasicKind, b?: BasicKind): boolean {
  return (a === 'int' && b === 'uint') || (a === 'uint' && b === 'int');
}

function incompatible(a: unknown, b: unknown): GoError {
  return new GoError(
    `incompatible types for comparison: ${typeOf(a).name} and ${typeOf(b).name}`,
  );
}

export function lt(a: unknown, b: unknown): boolean {
  const kind = basicKind(a);
  const other = basicKind(b);
  if (!kind || !other) {
    throw new GoError('invalid type for comparison');
  }
  if (kind !== other && !isIntegerPair(kind, other)) {
    throw incompatible(a, b);
  }
  if (kind === 'bool' || kind === 'complex') {
    throw new GoError('invalid type for comparison');
  }
  const x = comparable(a);
  const y = comparable(b);
  return typeof x === 'string'
    ? compareStrings(x, y as string) < 0
    : x < (y as number | bigint);
}

/** `a < b || a == b`, as Go evaluates it (NaN included). */
export function le(a: unknown, b: unknown): boolean {
  return lt(a, b) || equal(a, b);
}
