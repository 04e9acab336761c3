import {
  ANY,
  GoError,
  GoFunction,
  goFunction,
  GoNumber,
} from '@backstage-gitops/go-template';
import { int64, toInt64 } from './cast';
import type { Int64 } from './parseNumber';

type Values = readonly unknown[];

/** The exact result; `int64` wraps what is no int64. */
function sum(a: Int64, b: Int64): Int64 {
  if (typeof a === 'number' && typeof b === 'number') {
    const result = a + b;
    if (Number.isSafeInteger(result)) {
      return result;
    }
  }
  return BigInt.asIntN(64, BigInt(a) + BigInt(b));
}

function product(a: Int64, b: Int64): Int64 {
  if (typeof a === 'number' && typeof b === 'number') {
    const result = a * b;
    if (Number.isSafeInteger(result)) {
      return result;
    }
  }
  return BigInt.asIntN(64, BigInt(a) * BigInt(b));
}

function add(...values: Values): GoNumber {
  let total: Int64 = 0;
  for (const value of values) {
    total = sum(total, toInt64(value));
  }
  return int64(total);
}

function sub(a: unknown, b: unknown): GoNumber {
  const subtrahend = toInt64(b);
  return int64(sum(toInt64(a), -subtrahend));
}

function mul(first: unknown, ...others: Values): GoNumber {
  let result = toInt64(first);
  for (const value of others) {
    result = product(result, toInt64(value));
  }
  return int64(result);
}

/** Both numbers, the second of which is not 0. */
function operands(a: unknown, b: unknown): [Int64, Int64] {
  const dividend = toInt64(a);
  const divisor = toInt64(b);
  if (divisor === 0) {
    throw new GoError('runtime error: integer divide by zero');
  }
  return [dividend, divisor];
}

/** Cuts towards zero. */
function div(a: unknown, b: unknown): GoNumber {
  const [x, y] = operands(a, b);
  return int64(
    typeof x === 'number' && typeof y === 'number'
      ? (x - (x % y)) / y
      : BigInt(x) / BigInt(y),
  );
}

/** Has the sign of the dividend. */
function mod(a: unknown, b: unknown): GoNumber {
  const [x, y] = operands(a, b);
  return int64(
    typeof x === 'number' && typeof y === 'number'
      ? x % y
      : BigInt(x) % BigInt(y),
  );
}

function max(first: unknown, ...others: Values): GoNumber {
  let best = toInt64(first);
  for (const value of others) {
    const candidate = toInt64(value);
    best = candidate > best ? candidate : best;
  }
  return int64(best);
}

function min(first: unknown, ...others: Values): GoNumber {
  let best = toInt64(first);
  for (const value of others) {
    const candidate = toInt64(value);
    best = candidate < best ? candidate : best;
  }
  return int64(best);
}

const many = { variadic: ANY };
const biggest = goFunction([ANY], max, many);

/** Arithmetic of int64; what an argument is not, it is made. */
export const arithmeticFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ['add', goFunction([], add, many)],
  ['add1', goFunction([ANY], value => int64(sum(toInt64(value), 1)))],
  ['sub', goFunction([ANY, ANY], sub)],
  ['mul', goFunction([ANY], mul, many)],
  ['div', goFunction([ANY, ANY], div)],
  ['mod', goFunction([ANY, ANY], mod)],
  ['max', biggest],
  ['biggest', biggest],
  ['min', goFunction([ANY], min, many)],
]);
