import { Failure } from '../CelError';
import { shortest } from '../values/decimals';
import {
  formatDuration,
  formatTimestamp,
  parseDuration,
  parseTimestamp,
  timestampOf,
} from '../values/time';
import { TypeValue, typeNameOf } from '../values/Value';
import { intOf, uintOf } from './arithmetic';
import {
  bytes,
  dictionary,
  double,
  duration,
  FunctionTable,
  integer,
  list,
  overload,
  text,
  timestamp,
  uint,
} from './Overload';
import { DYN } from './StaticType';

const TIMESTAMP = 'google.protobuf.Timestamp';
const DURATION = 'google.protobuf.Duration';

/** The whole part of a double; beyond 63 bits is too much, as in cel-go. */
function whole(value: number): bigint {
  if (!Number.isFinite(value) || Math.abs(value) >= 2 ** 63) {
    throw new Failure('integer overflow');
  }
  return BigInt(Math.trunc(value));
}

function parseWhole(value: string, pattern: RegExp): bigint {
  if (value.length > 30 || !pattern.test(value)) {
    throw new Failure('a text that is not a whole number');
  }
  return BigInt(value.replace(/^\+/, ''));
}

const DOUBLE = /^[+-]?((\d+\.?\d*|\.\d+)(e[+-]?\d+)?|inf(inity)?|nan)$/i;

function parseDouble(value: string): number {
  if (!DOUBLE.test(value)) throw new Failure('a text that is not a number');
  if (/nan/i.test(value)) return NaN;
  if (/inf/i.test(value)) return value.startsWith('-') ? -Infinity : Infinity;
  return Number(value);
}

function parseBool(value: string): boolean {
  if (['1', 't', 'true', 'TRUE', 'True'].includes(value)) return true;
  if (['0', 'f', 'false', 'FALSE', 'False'].includes(value)) return false;
  throw new Failure('a text that is neither true nor false');
}

function decode(value: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      value,
    );
  } catch {
    throw new Failure('invalid UTF-8 in bytes, cannot convert to string');
  }
}

/** Characters, not units of UTF-16. */
export function characterCount(value: string): number {
  let count = value.length;
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    if (unit >= 0xd800 && unit <= 0xdbff) count -= 1;
  }
  return count;
}

function defineNumbers(table: FunctionTable): void {
  table
    .define(
      'int',
      overload(['int'], 'int', ([a]) => a),
      overload(['uint'], 'int', ([a]) => intOf(uint(a).value)),
      overload(['double'], 'int', ([a]) => whole(double(a))),
      overload(['string'], 'int', ([a]) =>
        intOf(parseWhole(text(a), /^[+-]?\d+$/)),
      ),
      overload([TIMESTAMP], 'int', ([a]) => timestamp(a).seconds),
      overload([DURATION], 'int', ([a]) => duration(a).nanos),
    )
    .define(
      'uint',
      overload(['uint'], 'uint', ([a]) => a),
      overload(['int'], 'uint', ([a]) => uintOf(integer(a))),
      overload(['double'], 'uint', ([a]) => {
        const value = double(a);
        if (!(value >= 0 && value < 2 ** 64)) {
          throw new Failure('unsigned integer overflow');
        }
        return uintOf(BigInt(Math.trunc(value)));
      }),
      overload(['string'], 'uint', ([a]) =>
        uintOf(parseWhole(text(a), /^\d+$/)),
      ),
    )
    .define(
      'double',
      overload(['double'], 'double', ([a]) => a),
      overload(['int'], 'double', ([a]) => Number(integer(a))),
      overload(['uint'], 'double', ([a]) => Number(uint(a).value)),
      overload(['string'], 'double', ([a]) => parseDouble(text(a))),
    )
    .define(
      'bool',
      overload(['bool'], 'bool', ([a]) => a),
      overload(['string'], 'bool', ([a]) => parseBool(text(a))),
    );
}

function defineTexts(table: FunctionTable): void {
  table
    .define(
      'string',
      overload(['string'], 'string', ([a]) => a),
      overload(['bool'], 'string', ([a]) => String(a)),
      overload(['int'], 'string', ([a]) => String(integer(a))),
      overload(['uint'], 'string', ([a]) => String(uint(a).value)),
      overload(['double'], 'string', ([a]) => shortest(double(a))),
      overload(['bytes'], 'string', ([a], { budget }) => {
        budget.spendSize(bytes(a).length);
        return decode(bytes(a));
      }),
      overload([TIMESTAMP], 'string', ([a]) => formatTimestamp(timestamp(a))),
      overload([DURATION], 'string', ([a]) => formatDuration(duration(a))),
    )
    .define(
      'bytes',
      overload(['bytes'], 'bytes', ([a]) => a),
      overload(['string'], 'bytes', ([a], { budget }) => {
        budget.spendSize(text(a).length);
        return Uint8Array.from(Buffer.from(text(a)));
      }),
    );
}

function defineTimes(table: FunctionTable): void {
  table
    .define(
      'timestamp',
      overload([TIMESTAMP], TIMESTAMP, ([a]) => a),
      overload(['string'], TIMESTAMP, ([a]) => parseTimestamp(text(a))),
      overload(['int'], TIMESTAMP, ([a]) => timestampOf(integer(a))),
    )
    .define(
      'duration',
      overload([DURATION], DURATION, ([a]) => a),
      overload(['string'], DURATION, ([a]) => parseDuration(text(a))),
    );
}

/** Conversions between types, and the size of what has one. */
export function defineConversions(table: FunctionTable): void {
  defineNumbers(table);
  defineTexts(table);
  defineTimes(table);
  const sizes = [
    overload(['string'], 'int', ([a], { budget }) => {
      budget.spendSize(text(a).length);
      return BigInt(characterCount(text(a)));
    }),
    overload(['bytes'], 'int', ([a]) => BigInt(bytes(a).length)),
    overload(['list'], 'int', ([a]) => BigInt(list(a).size)),
    overload(['map'], 'int', ([a], { budget }) => {
      const size = dictionary(a).size;
      budget.spendSize(size);
      return BigInt(size);
    }),
  ];
  table
    .define('size', ...sizes)
    .method('size', ...sizes)
    .define('type', {
      params: [DYN],
      result: () => ({ name: 'type', of: [] }),
      run: ([a]) => new TypeValue(typeNameOf(a)),
    })
    .define('dyn', { params: [DYN], result: () => DYN, run: ([a]) => a });
}
