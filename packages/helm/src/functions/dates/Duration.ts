import {
  GoError,
  GoFunction,
  goFunction,
  goInt64,
  GoNumber,
  GoType,
  INT64,
  integer,
} from '@backstage-gitops/go-template';
import { quoteBytes, toBytes } from './byteText';

const MAX = 2n ** 63n - 1n;
const MIN = -(2n ** 63n);
/** Nanoseconds. */
export const SECOND = 1_000_000_000n;
const MINUTE = 60n * SECOND;
const HOUR = 60n * MINUTE;

/** Only the name matters for the type of a parameter. */
const PARAMETER: GoType = { name: 'time.Duration', kind: 'int64' };

function method(call: (duration: bigint) => unknown): GoFunction {
  return goFunction([PARAMETER], (receiver: GoNumber) =>
    call(BigInt(receiver.value)),
  );
}

function byMultiple(call: (duration: bigint, of: bigint) => bigint) {
  return goFunction(
    [PARAMETER, PARAMETER],
    (receiver: GoNumber, of: GoNumber) =>
      goDuration(call(BigInt(receiver.value), BigInt(of.value))),
  );
}

/** `time.Duration`: nanoseconds. */
export const DURATION: GoType = {
  ...PARAMETER,
  underlying: INT64,
  methods: new Map([
    ['Hours', method(duration => inUnits(duration, HOUR))],
    ['Minutes', method(duration => inUnits(duration, MINUTE))],
    ['Seconds', method(duration => inUnits(duration, SECOND))],
    ['Milliseconds', method(duration => goInt64(duration / 1_000_000n))],
    ['Microseconds', method(duration => goInt64(duration / 1000n))],
    ['Nanoseconds', method(goInt64)],
    ['Round', byMultiple(roundDuration)],
    ['Truncate', byMultiple(truncateDuration)],
    [
      'Abs',
      method(duration =>
        goDuration(clamp(duration < 0n ? -duration : duration)),
      ),
    ],
    ['String', method(formatDuration)],
  ]),
  text: duration => formatDuration(BigInt((duration as GoNumber).value)),
};

/** A `time.Duration` of so many nanoseconds, which wrap. */
export function goDuration(nanoseconds: bigint): GoNumber {
  return integer(DURATION, nanoseconds);
}

/** Whether the value is a `time.Duration`. */
export function isDuration(value: unknown): value is GoNumber {
  return value instanceof GoNumber && value.type.name === DURATION.name;
}

/** As Go keeps what does not fit in 64 bits, in differences and roundings. */
export function clamp(nanoseconds: bigint): bigint {
  if (nanoseconds > MAX) {
    return MAX;
  }
  return nanoseconds < MIN ? MIN : nanoseconds;
}

/** In hours, minutes or seconds, with Go's rounding. */
export function inUnits(duration: bigint, unit: bigint): number {
  return Number(duration / unit) + Number(duration % unit) / Number(unit);
}

/** Half away from zero; a multiple that is not positive changes nothing. */
export function roundDuration(duration: bigint, multiple: bigint): bigint {
  if (multiple <= 0n) {
    return duration;
  }
  const absolute = duration < 0n ? -duration : duration;
  const rest = absolute % multiple;
  const rounded =
    rest + rest < multiple ? absolute - rest : absolute + multiple - rest;
  return clamp(duration < 0n ? -rounded : rounded);
}

/** Toward zero; a multiple that is not positive changes nothing. */
export function truncateDuration(duration: bigint, multiple: bigint): bigint {
  return multiple <= 0n ? duration : duration - (duration % multiple);
}

/** `1h2m3.5s`, `1.5ms`, `0s`. */
export function formatDuration(duration: bigint): string {
  const absolute = duration < 0n ? -duration : duration;
  const sign = duration < 0n ? '-' : '';
  if (absolute === 0n) {
    return '0s';
  }
  if (absolute < SECOND) {
    for (const [unit, size, places] of [
      ['ns', 1n, 0],
      ['µs', 1000n, 3],
      ['ms', 1_000_000n, 6],
    ] as const) {
      if (absolute < size * 1000n) {
        return sign + withFraction(absolute, size, places) + unit;
      }
    }
  }
  const hours = absolute / HOUR;
  const minutes = (absolute % HOUR) / MINUTE;
  return `${sign}${hours > 0n ? `${hours}h` : ''}${
    absolute >= MINUTE ? `${minutes}m` : ''
  }${withFraction(absolute % MINUTE, SECOND, 9)}s`;
}

function withFraction(value: bigint, size: bigint, places: number): string {
  const fraction = String(value % size)
    .padStart(places, '0')
    .replace(/0+$/, '');
  return `${value / size}${fraction && `.${fraction}`}`;
}

const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  // Both micro signs, as bytes.
  '\xc2\xb5s': 1000n,
  '\xce\xbcs': 1000n,
  ms: 1_000_000n,
  s: SECOND,
  m: MINUTE,
  h: HOUR,
};
const TERM = /([0-9]*)(?:(\.)([0-9]*))?([^.0-9]*)/y;

/**
 * Go's `time.ParseDuration`, in nanoseconds.
 *
 * @throws GoError with Go's message
 */
export function parseDuration(text: string): bigint {
  const source = toBytes(text);
  const problem = (message: string) =>
    new GoError(`time: ${message} ${quoteBytes(source)}`);
  const invalid = () => problem('invalid duration');
  const isNegative = source[0] === '-';
  let at = isNegative || source[0] === '+' ? 1 : 0;
  if (source.slice(at) === '0') {
    return 0n;
  }
  if (at === source.length) {
    throw invalid();
  }
  let sum = 0n;
  const term = new RegExp(TERM);
  while (at < source.length) {
    term.lastIndex = at;
    const [whole, before, , after = '', unit] = term.exec(source)!;
    const digits = before.replace(/^0+/, '');
    if (before + after === '' || digits.length > 19) {
      throw invalid();
    }
    if (unit === '') {
      throw problem('missing unit in duration');
    }
    if (!Object.hasOwn(UNITS, unit)) {
      throw problem(`unknown unit ${quoteBytes(unit)} in duration`);
    }
    const size = UNITS[unit];
    sum += BigInt(digits || '0') * size + fractionOf(after, size);
    if (sum > MAX + 1n) {
      throw invalid();
    }
    at += whole.length;
  }
  if (!isNegative && sum > MAX) {
    throw invalid();
  }
  return isNegative ? -sum : sum;
}

/** Digits that say no more than 64 bits hold are passed over. */
function fractionOf(digits: string, size: bigint): bigint {
  let value = 0n;
  let scale = 1;
  for (const digit of digits) {
    const next = value * 10n + BigInt(digit);
    if (value > MAX / 10n || next > MAX + 1n) {
      break;
    }
    value = next;
    scale *= 10;
  }
  return BigInt(Math.trunc(Number(value) * (Number(size) / scale)));
}
