import {
  GoNumber,
  GoPointer,
  GoTyped,
  INT64,
} from '@backstage-gitops/go-template';
import { Int64, parseFloat64, parseInteger } from './parseNumber';

/** Go's int64 of a float that has none, on amd64. */
const NO_INTEGER = -(2n ** 63n);

const NUMBERS: ReadonlySet<string> = new Set(
  'int int8 int16 int32 int64 uint uint8 uint16 uint32 uint64 float32 time.Month time.Weekday'.split(
    ' ',
  ),
);

/**
 * What spf13/cast 1.7 makes of a value: numbers are cut, texts are read with
 * their prefix, true is 1; all else is 0, never an error.
 */
export function toInt64(value: unknown): Int64 {
  switch (typeof value) {
    case 'number':
      return fromFloat(value);
    case 'string':
      return (
        smallInteger(value) ?? parseInteger(trimZeroDecimal(value), 0) ?? 0
      );
    case 'boolean':
      return value ? 1 : 0;
    case 'bigint':
      return wrap(value);
    default:
  }
  if (value instanceof GoNumber) {
    if (!NUMBERS.has(value.type.name)) {
      return 0;
    }
    if (typeof value.value === 'bigint') {
      return wrap(value.value);
    }
    return value.type.kind === 'float32' ? fromFloat(value.value) : value.value;
  }
  const text = numberText(value);
  if (text !== undefined) {
    return toInt64(text);
  }
  return value instanceof GoPointer ? toInt64(target(value)) : 0;
}

/** As {@link toInt64}, for floats. */
export function toFloat64(value: unknown): number {
  switch (typeof value) {
    case 'number':
      return value;
    case 'string':
      return parseFloat64(value) ?? 0;
    case 'boolean':
      return value ? 1 : 0;
    case 'bigint':
      return Number(BigInt.asIntN(64, value));
    default:
  }
  if (value instanceof GoNumber) {
    return NUMBERS.has(value.type.name) ? Number(value.value) : 0;
  }
  const text = numberText(value);
  if (text !== undefined) {
    return toFloat64(text);
  }
  return value instanceof GoPointer ? toFloat64(target(value)) : 0;
}

/** An `int64`. */
export function int64(value: Int64): GoNumber {
  return new GoNumber(INT64, wrap(value));
}

/** The integer wrapped to 64 bits, a bigint only where it is not safe. */
export function wrap(value: Int64): Int64 {
  if (typeof value === 'number' && Number.isSafeInteger(value)) {
    return value === 0 ? 0 : value;
  }
  const wrapped = BigInt.asIntN(64, BigInt(value));
  const small = Number(wrapped);
  return Number.isSafeInteger(small) ? small : wrapped;
}

function fromFloat(value: number): Int64 {
  const cut = Math.trunc(value);
  if (Number.isSafeInteger(cut)) {
    return cut === 0 ? 0 : cut;
  }
  return cut >= -(2 ** 63) && cut < 2 ** 63 ? BigInt(cut) : NO_INTEGER;
}

/** The number that a few decimal digits are; undefined for other texts. */
function smallInteger(text: string): number | undefined {
  const { length } = text;
  if (length === 0 || length > 15 || (length > 1 && text[0] === '0')) {
    return undefined;
  }
  let value = 0;
  for (let i = 0; i < length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) {
      return undefined;
    }
    value = value * 10 + digit;
  }
  return value;
}

/** Texts such as `3.0` are read as `3`. */
function trimZeroDecimal(text: string): string {
  let foundZero = false;
  for (let i = text.length - 1; i >= 0; i--) {
    const character = text[i];
    if (character === '.' && foundZero) {
      return text.slice(0, i);
    }
    if (character === '0') {
      foundZero = true;
    } else if (character !== '.') {
      return text;
    }
  }
  return text;
}

/** The text of a `json.Number`. */
function numberText(value: unknown): string | undefined {
  return value instanceof GoTyped && value.type.name === 'json.Number'
    ? String(value.value)
    : undefined;
}

/** What a chain of pointers points to. */
function target(pointer: GoPointer): unknown {
  let value: unknown = pointer;
  for (let depth = 0; value instanceof GoPointer && depth < 100; depth++) {
    value = value.target;
  }
  return value instanceof GoPointer ? null : value;
}
