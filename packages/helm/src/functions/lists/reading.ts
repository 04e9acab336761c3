import {
  ANY,
  GoError,
  GoFunction,
  goFunction,
  GoTyped,
  isBytes,
  kindOf,
} from '@backstage-gitops/go-template';
import { DeepEquality } from '../dicts/DeepEquality';
import { toInt64 } from '../numbers/cast';
import { listElements, NIL_LIST } from './elements';

type Values = readonly unknown[];

const cannotFind = (what: string) => (kind: string) =>
  `Cannot find ${what} on type ${kind}`;
const CANNOT_FIRST = cannotFind('first');
const CANNOT_LAST = cannotFind('last');
const CANNOT_INITIAL = cannotFind('initial');
const CANNOT_REST = cannotFind('rest');
const CANNOT_HAS = cannotFind('has');
const CANNOT_SLICE = (kind: string) =>
  `list should be type of slice or array but ${kind}`;

function first(list: unknown): unknown {
  const elements = listElements(list, CANNOT_FIRST);
  return elements.length === 0 ? null : elements[0];
}

function last(list: unknown): unknown {
  const elements = listElements(list, CANNOT_LAST);
  return elements.length === 0 ? null : elements[elements.length - 1];
}

/** All but the first; of nothing, a nil list. */
function rest(list: unknown): unknown {
  const elements = listElements(list, CANNOT_REST);
  return elements.length === 0 ? NIL_LIST : elements.slice(1);
}

/** All but the last; of nothing, a nil list. */
function initial(list: unknown): unknown {
  const elements = listElements(list, CANNOT_INITIAL);
  return elements.length === 0 ? NIL_LIST : elements.slice(0, -1);
}

function has(needle: unknown, haystack: unknown): boolean {
  if (haystack === null) {
    return false;
  }
  const elements = listElements(haystack, CANNOT_HAS);
  if (typeof needle === 'string' || typeof needle === 'number') {
    // Unlike `includes`, this finds no NaN.
    return elements.indexOf(needle) >= 0;
  }
  const equality = new DeepEquality();
  return elements.some(element => equality.equal(needle, element));
}

/** A part of a list, of the list's type; indexes may be of any type. */
function slice(list: unknown, ...indexes: Values): unknown {
  const { length } = listElements(list, CANNOT_SLICE);
  if (length === 0) {
    return null;
  }
  const start = indexes.length > 0 ? toInt64(indexes[0]) : 0;
  const end = indexes.length > 1 ? toInt64(indexes[1]) : length;
  if (start < 0 || end < start || end > length) {
    throw new GoError('reflect.Value.Slice: slice index out of bounds');
  }
  return part(list, Number(start), Number(end));
}

function part(list: unknown, start: number, end: number): unknown {
  if (list instanceof GoTyped) {
    return new GoTyped(list.type, part(list.value, start, end));
  }
  if (Array.isArray(list)) {
    return list.slice(start, end);
  }
  if (isBytes(list)) {
    return list.subarray(start, end);
  }
  throw new GoError(CANNOT_SLICE(kindOf(list)));
}

const many = { variadic: ANY };

/** Functions that tell what is in a list. */
export const readingFunctions: readonly (readonly [string, GoFunction])[] = [
  ['first', goFunction([ANY], first)],
  ['last', goFunction([ANY], last)],
  ['rest', goFunction([ANY], rest)],
  ['initial', goFunction([ANY], initial)],
  ['has', goFunction([ANY, ANY], has)],
  ['slice', goFunction([ANY], slice, many)],
];
