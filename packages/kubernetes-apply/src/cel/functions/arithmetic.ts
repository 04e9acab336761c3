import { Failure } from '../CelError';
import { durationOf, timestampOfNanos, totalNanos } from '../values/time';
import { List, Uint, type TypeName, type Value } from '../values/Value';
import {
  bytes,
  double,
  duration,
  FunctionTable,
  integer,
  list,
  overload,
  text,
  timestamp,
  uint,
  type Overload,
} from './Overload';
import { join, listOf, heldBy, typeNamed, DYN } from './StaticType';

const MAX_INT = 2n ** 63n - 1n;
const MIN_INT = -(2n ** 63n);
const MAX_UINT = 2n ** 64n - 1n;

const TIMESTAMP: TypeName = 'google.protobuf.Timestamp';
const DURATION: TypeName = 'google.protobuf.Duration';

export function intOf(value: bigint): bigint {
  if (value > MAX_INT || value < MIN_INT) {
    throw new Failure('integer overflow');
  }
  return value;
}

export function uintOf(value: bigint): Uint {
  if (value > MAX_UINT || value < 0n) {
    throw new Failure('unsigned integer overflow');
  }
  return new Uint(value);
}

const ints = (run: (a: bigint, b: bigint) => bigint): Overload[] => [
  overload(['int', 'int'], 'int', ([a, b]) =>
    intOf(run(integer(a), integer(b))),
  ),
  overload(['uint', 'uint'], 'uint', ([a, b]) =>
    uintOf(run(uint(a).value, uint(b).value)),
  ),
];

const doubles = (run: (a: number, b: number) => number): Overload =>
  overload(['double', 'double'], 'double', ([a, b]) =>
    run(double(a), double(b)),
  );

function notZero(value: bigint, what: string): bigint {
  if (value === 0n) throw new Failure(`${what} by zero`);
  return value;
}

const LISTS = listOf(DYN);

const concat: Overload[] = [
  overload(['string', 'string'], 'string', ([a, b], { budget }) => {
    budget.spendSize(text(a).length + text(b).length);
    return text(a) + text(b);
  }),
  overload(['bytes', 'bytes'], 'bytes', ([a, b], { budget }) => {
    budget.spendSize(bytes(a).length + bytes(b).length);
    return Uint8Array.from([...bytes(a), ...bytes(b)]);
  }),
  {
    params: [LISTS, LISTS],
    result: ([a, b]) => listOf(join(heldBy(a), heldBy(b))),
    run: ([a, b], { budget }) => {
      budget.spendSize((list(a).size + list(b).size) * 10);
      return List.of([...list(a), ...list(b)]);
    },
  },
];

const sums: Overload[] = [
  overload([TIMESTAMP, DURATION], TIMESTAMP, ([a, b]) =>
    timestampOfNanos(totalNanos(timestamp(a)) + duration(b).nanos),
  ),
  overload([DURATION, TIMESTAMP], TIMESTAMP, ([a, b]) =>
    timestampOfNanos(totalNanos(timestamp(b)) + duration(a).nanos),
  ),
  overload([DURATION, DURATION], DURATION, ([a, b]) =>
    durationOf(duration(a).nanos + duration(b).nanos),
  ),
];

const differences: Overload[] = [
  overload([TIMESTAMP, TIMESTAMP], DURATION, ([a, b]) =>
    durationOf(totalNanos(timestamp(a)) - totalNanos(timestamp(b))),
  ),
  overload([TIMESTAMP, DURATION], TIMESTAMP, ([a, b]) =>
    timestampOfNanos(totalNanos(timestamp(a)) - duration(b).nanos),
  ),
  overload([DURATION, DURATION], DURATION, ([a, b]) =>
    durationOf(duration(a).nanos - duration(b).nanos),
  ),
];

/** The operators that are functions of their values. */
export function defineArithmetic(table: FunctionTable): void {
  table
    .define(
      '+',
      ...ints((a, b) => a + b),
      doubles((a, b) => a + b),
    )
    .define('+', ...concat, ...sums)
    .define(
      '-',
      ...ints((a, b) => a - b),
      doubles((a, b) => a - b),
    )
    .define('-', ...differences)
    .define(
      '*',
      ...ints((a, b) => a * b),
      doubles((a, b) => a * b),
    )
    .define('/', ...ints((a, b) => a / notZero(b, 'division')))
    .define(
      '/',
      doubles((a, b) => a / b),
    )
    .define('%', ...ints((a, b) => a % notZero(b, 'modulus')))
    .define(
      '-_',
      overload(['int'], 'int', ([a]) => intOf(-integer(a))),
      overload(['double'], 'double', ([a]) => -double(a)),
    )
    .define('!_', {
      params: [typeNamed('bool')],
      result: () => typeNamed('bool'),
      run: ([a]): Value => a !== true,
    });
}
