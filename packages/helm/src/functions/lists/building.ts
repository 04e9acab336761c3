import {
  ANY,
  ANY_SLICE,
  GoError,
  GoFunction,
  goFunction,
  GoNumber,
  GoTyped,
  INT,
  sliceType,
} from '@backstage-gitops/go-template';
import { checkListLength } from '../bounds';
import { isEmpty } from '../defaults/isEmpty';
import { listElements, NIL_LIST } from './elements';
import { MemberSet } from './MemberSet';

type Values = readonly unknown[];

const cannot = (verb: string) => (kind: string) =>
  `Cannot ${verb} on type ${kind}`;
const CANNOT_PUSH = cannot('push');
const CANNOT_PREPEND = cannot('prepend');
const CANNOT_REVERSE = cannot('find reverse');
const CANNOT_COMPACT = cannot('compact');
const CANNOT_UNIQ = cannot('find uniq');
const CANNOT_WITHOUT = cannot('find without');
const CANNOT_CHUNK = (kind: string) => `Cannot chunk type ${kind}`;
const CANNOT_CONCAT = (kind: string) => `Cannot concat type ${kind} as list`;

function push(list: unknown, value: unknown): unknown[] {
  const elements = listElements(list, CANNOT_PUSH);
  checkListLength(elements.length + 1);
  const result = elements.slice();
  result.push(value);
  return result;
}

function prepend(list: unknown, value: unknown): unknown[] {
  const elements = listElements(list, CANNOT_PREPEND);
  checkListLength(elements.length + 1);
  return [value].concat(elements);
}

/** Nothing at all is a nil list. */
function concat(...lists: Values): unknown {
  const parts = lists.map(list => listElements(list, CANNOT_CONCAT));
  checkListLength(parts.reduce((total, { length }) => total + length, 0));
  const result: unknown[] = [];
  for (const part of parts) {
    for (const element of part) {
      result.push(element);
    }
  }
  return result.length === 0 ? NIL_LIST : result;
}

function reverse(list: unknown): unknown[] {
  return listElements(list, CANNOT_REVERSE).toReversed();
}

function compact(list: unknown): unknown[] {
  return listElements(list, CANNOT_COMPACT).filter(item => !isEmpty(item));
}

function uniq(list: unknown): unknown[] {
  const elements = listElements(list, CANNOT_UNIQ);
  const found = new MemberSet();
  return elements.filter(element => found.add(element));
}

function without(list: unknown, ...omitted: Values): unknown[] {
  const elements = listElements(list, CANNOT_WITHOUT);
  const set = new MemberSet(omitted);
  return elements.filter(element => !set.has(element));
}

/**
 * Lists of so many elements, the last one of what is left. Sizes of 0 and
 * below are refused where Go would make a list of less than no elements.
 */
function chunk(size: GoNumber, list: unknown): GoTyped {
  const elements = listElements(list, CANNOT_CHUNK);
  const width = Number(size.value);
  const { length } = elements;
  const count = Math.floor((length - 1) / width) + 1;
  const last = length % width || width;
  if (!Number.isFinite(count) || count < 0 || (count > 0 && last < 0)) {
    throw new GoError('runtime error: makeslice: len out of range');
  }
  const chunks = Array.from({ length: count }, (_, i) =>
    elements.slice(i * width, i * width + (i === count - 1 ? last : width)),
  );
  return new GoTyped(sliceType(ANY_SLICE), chunks);
}

const many = { variadic: ANY };

/** Functions that make lists; none changes those it is given. */
export const buildingFunctions: readonly (readonly [string, GoFunction])[] = [
  ['push', goFunction([ANY, ANY], push)],
  ['append', goFunction([ANY, ANY], push)],
  ['prepend', goFunction([ANY, ANY], prepend)],
  ['reverse', goFunction([ANY], reverse)],
  ['compact', goFunction([ANY], compact)],
  ['uniq', goFunction([ANY], uniq)],
  ['without', goFunction([ANY], without, many)],
  ['chunk', goFunction([INT, ANY], chunk)],
];

/** `concat`, which has no must-variant. */
export const concatFunction = goFunction([], concat, many);
