import {
  ANY,
  FLOAT64,
  GoFunction,
  goFunction,
  GoNumber,
  INT,
} from '@backstage-gitops/go-template';
import { toFloat64 } from './cast';
import { Decimal } from './Decimal';
import { scale } from './parseNumber';

type Values = readonly unknown[];

/** Go's `math.Max`: infinity wins, even over what is no number. */
function maxf(first: unknown, ...others: Values): number {
  let best = toFloat64(first);
  for (const value of others) {
    const candidate = toFloat64(value);
    best =
      best === Infinity || candidate === Infinity
        ? Infinity
        : Math.max(best, candidate);
  }
  return best;
}

function minf(first: unknown, ...others: Values): number {
  let best = toFloat64(first);
  for (const value of others) {
    const candidate = toFloat64(value);
    best =
      best === -Infinity || candidate === -Infinity
        ? -Infinity
        : Math.min(best, candidate);
  }
  return best;
}

/** `math.Pow(10, exponent)` as Go counts it, which is not always nearest. */
function powerOfTen(exponent: number): number {
  if (exponent === 0 || exponent === 1) {
    return exponent === 0 ? 1 : 10;
  }
  if (Math.abs(exponent) >= 2 ** 63) {
    return exponent > 0 ? Infinity : 0;
  }
  let fraction = 1;
  let binary = 0;
  let factor = 10 / 16;
  let factorBinary = 4;
  for (let rest = Math.abs(exponent); rest > 0; rest = Math.floor(rest / 2)) {
    if (factorBinary > 4096) {
      binary += factorBinary;
      break;
    }
    if (rest % 2 === 1) {
      fraction *= factor;
      binary += factorBinary;
    }
    factor *= factor;
    factorBinary *= 2;
    if (factor < 0.5) {
      factor += factor;
      factorBinary--;
    }
  }
  return exponent < 0 ? scale(1 / fraction, -binary) : scale(fraction, binary);
}

/**
 * Numbers below zero are never rounded up: their fraction is negative, so it
 * does not reach `roundOn`.
 */
function round(value: unknown, places: GoNumber, roundOn = 0.5): number {
  const power = powerOfTen(Number(places.value));
  const digit = power * toFloat64(value);
  // Infinity has no fraction: it is no number, and is not rounded up.
  const fraction = Number.isFinite(digit) ? digit % 1 : NaN;
  const rounded = fraction >= roundOn ? Math.ceil(digit) : Math.floor(digit);
  return rounded / power;
}

type Operation = (a: Decimal, b: Decimal) => Decimal;

/** Counts exactly with the shortest decimal digits of floats. */
function exactly(first: unknown, others: Values, operation: Operation): number {
  let result = Decimal.of(toFloat64(first));
  for (const value of others) {
    result = operation(result, Decimal.of(toFloat64(value)));
  }
  return result.toNumber();
}

const plus: Operation = (a, b) => a.add(b);
const minus: Operation = (a, b) => a.subtract(b);
const times: Operation = (a, b) => a.multiply(b);
const over: Operation = (a, b) => a.divide(b);

const many = { variadic: ANY };

function chained(operation: Operation): GoFunction {
  return goFunction(
    [ANY],
    (first: unknown, ...others: Values) => exactly(first, others, operation),
    many,
  );
}

/** Arithmetic of float64. */
export const floatFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ['addf', goFunction([], (...values) => exactly(0, values, plus), many)],
  ['add1f', goFunction([ANY], value => exactly(value, [1], plus))],
  ['subf', chained(minus)],
  ['mulf', chained(times)],
  ['divf', chained(over)],
  ['maxf', goFunction([ANY], maxf, many)],
  ['minf', goFunction([ANY], minf, many)],
  ['ceil', goFunction([ANY], value => Math.ceil(toFloat64(value)))],
  ['floor', goFunction([ANY], value => Math.floor(toFloat64(value)))],
  ['round', goFunction([ANY, INT], round, { variadic: FLOAT64 })],
]);
