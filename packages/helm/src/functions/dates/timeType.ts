import {
  BYTES,
  encodeUtf8,
  GoError,
  GoFunction,
  goFunction,
  goInt,
  goInt64,
  GoNumber,
  GoPointer,
  GoType,
  INT,
  integer,
  STRING,
} from '@backstage-gitops/go-template';
import { DURATION, goDuration } from './Duration';
import type { GoTime } from './GoTime';
import { MONTHS, WEEKDAYS } from './layout';
import { Location, LOCATION, UTC } from './Location';

/** Only the name matters for the type of a parameter. */
const PARAMETER: GoType = { name: 'time.Time', kind: 'struct' };

/** An `int` whose values have names. */
function enumeration(
  name: string,
  names: readonly string[],
  first: number,
): GoType {
  const text = ({ value }: GoNumber) =>
    names[Number(value) - first] ?? `%!${name.slice(5)}(${value})`;
  return {
    name,
    kind: 'int',
    underlying: INT,
    methods: new Map([['String', goFunction([{ name, kind: 'int' }], text)]]),
    text: value => text(value as GoNumber),
  };
}

/** `time.Month`, 1 to 12. */
export const MONTH: GoType = enumeration('time.Month', MONTHS, 1);
/** `time.Weekday`, 0 to 6. */
export const WEEKDAY: GoType = enumeration('time.Weekday', WEEKDAYS, 0);

function method(call: (time: GoTime) => unknown): GoFunction {
  return goFunction([PARAMETER], call);
}

function comparison(call: (time: GoTime, other: GoTime) => unknown) {
  return goFunction([PARAMETER, PARAMETER], call);
}

function byDuration(call: (time: GoTime, duration: bigint) => GoTime) {
  return goFunction([PARAMETER, DURATION], (time: GoTime, by: GoNumber) =>
    call(time, BigInt(by.value)),
  );
}

/** Methods that Go has but that templates cannot call. */
function uncallable(message: string): GoFunction {
  return method(() => {
    throw new GoError(message);
  });
}

function twoResults(name: string, type: string): [string, GoFunction] {
  return [
    name,
    uncallable(
      `invalid function signature for ${name}: second return value should be error; is ${type}`,
    ),
  ];
}

function threeResults(name: string): [string, GoFunction] {
  return [
    name,
    uncallable(`function ${name} has 3 return values; should be 1 or 2`),
  ];
}

const METHODS: ReadonlyMap<string, GoFunction> = new Map<string, GoFunction>([
  ['Year', method(time => goInt(time.civil.year))],
  ['Month', method(time => integer(MONTH, time.civil.month))],
  ['Day', method(time => goInt(time.civil.day))],
  ['Weekday', method(time => integer(WEEKDAY, time.civil.weekday))],
  ['YearDay', method(time => goInt(time.civil.yearDay))],
  ['Hour', method(time => goInt(time.civil.hour))],
  ['Minute', method(time => goInt(time.civil.minute))],
  ['Second', method(time => goInt(time.civil.second))],
  ['Nanosecond', method(time => goInt(time.nanosecond))],
  ['Unix', method(time => goInt64(time.seconds))],
  ['UnixMilli', method(time => goInt64(inUnits(time, 1000n)))],
  ['UnixMicro', method(time => goInt64(inUnits(time, 1_000_000n)))],
  ['UnixNano', method(time => goInt64(time.unixNano))],
  ['String', method(time => time.toString())],
  ['GoString', method(time => time.toGoString())],
  [
    'Format',
    goFunction([PARAMETER, STRING], (time: GoTime, layout: string) =>
      time.format(layout),
    ),
  ],
  [
    'AppendFormat',
    goFunction(
      [PARAMETER, BYTES, STRING],
      (time: GoTime, bytes: Uint8Array | null, layout: string) =>
        Uint8Array.from([...(bytes ?? []), ...encodeUtf8(time.format(layout))]),
    ),
  ],
  ['Add', byDuration((time, duration) => time.add(duration))],
  ['Truncate', byDuration((time, duration) => time.truncate(duration))],
  ['Round', byDuration((time, duration) => time.round(duration))],
  [
    'AddDate',
    goFunction(
      [PARAMETER, INT, INT, INT],
      (time: GoTime, years: GoNumber, months: GoNumber, days: GoNumber) =>
        time.addDate(
          BigInt(years.value),
          BigInt(months.value),
          BigInt(days.value),
        ),
    ),
  ],
  ['Sub', comparison((time, other) => goDuration(time.since(other)))],
  ['Before', comparison((time, other) => time.compare(other) < 0)],
  ['After', comparison((time, other) => time.compare(other) > 0)],
  ['Equal', comparison((time, other) => time.compare(other) === 0)],
  ['Compare', comparison((time, other) => goInt(time.compare(other)))],
  ['IsZero', method(time => time.isZero)],
  ['IsDST', method(time => time.isDaylightSaving)],
  ['UTC', method(time => time.in(UTC))],
  ['Local', method(time => time.in(time.local))],
  [
    'In',
    goFunction([PARAMETER, LOCATION], (time: GoTime, at: GoPointer | null) => {
      if (at === null) {
        throw new GoError('time: missing Location in call to Time.In');
      }
      return time.in(at.target as Location);
    }),
  ],
  ['Location', method(time => new GoPointer(LOCATION, time.location))],
  ['MarshalJSON', method(time => encodeUtf8(`"${time.marshalJson()}"`))],
  ['MarshalText', method(time => encodeUtf8(time.marshalText()))],
  twoResults('Zone', 'int'),
  twoResults('ZoneBounds', 'time.Time'),
  twoResults('ISOWeek', 'int'),
  threeResults('Date'),
  threeResults('Clock'),
]);

/** Rounded down, as Go does; 64 bits, which wrap. */
function inUnits(time: GoTime, perSecond: bigint): bigint {
  const part = BigInt(time.nanosecond) / (1_000_000_000n / perSecond);
  return time.seconds * perSecond + part;
}

/** `time.Time`. */
export const TIME: GoType = {
  ...PARAMETER,
  fields: [],
  layout: ['wall', 'ext', 'loc'],
  methods: METHODS,
  text: time => (time as GoTime).toString(),
  goText: time => (time as GoTime).toGoString(),
};
