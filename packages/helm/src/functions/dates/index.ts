import {
  ANY,
  GoError,
  GoFunction,
  goFunction,
  GoNumber,
  GoPointer,
  STRING,
} from '@backstage-gitops/go-template';
import type { FunctionOptions } from '../FunctionOptions';
import { parseDecimal } from '../numbers/parseNumber';
import {
  formatDuration,
  parseDuration,
  roundDuration,
  SECOND,
} from './Duration';
import { durationFunctions } from './durationFunctions';
import { GoTime } from './GoTime';
import { Location, UTC } from './Location';
import { TIME } from './timeType';
import { TimeZones } from './TimeZones';

export { DURATION, goDuration, isDuration } from './Duration';
export { GoTime } from './GoTime';
export { Location, UTC } from './Location';

const HTML_DATE = '2006-01-02';

/** The names of types of numbers that are seconds since 1970. */
const SECONDS = new Set(['int', 'int64', 'int32']);

/** Ignores what is no duration. */
function durationOf(text: string): bigint | undefined {
  try {
    return parseDuration(text);
  } catch (error) {
    if (error instanceof GoError) {
      return undefined;
    }
    throw error;
  }
}

/** `duration` of sprig: seconds, as a text or an `int64`. */
function duration(seconds: unknown): string {
  let value: number | bigint = 0;
  if (typeof seconds === 'string') {
    value = parseDecimal(seconds);
  } else if (seconds instanceof GoNumber && seconds.type.name === 'int64') {
    value = seconds.value;
  }
  return formatDuration(BigInt.asIntN(64, BigInt(value) * SECOND));
}

const UNITS = [
  ['y', 365n * 86400n],
  ['mo', 30n * 86400n],
  ['d', 86400n],
  ['h', 3600n],
  ['m', 60n],
  ['s', 1n],
] as const;

/** The largest unit of which there is more than one, and how many. */
function inLargestUnit(nanoseconds: bigint): string {
  const absolute = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  for (const [unit, seconds] of UNITS) {
    const size = seconds * SECOND;
    if (absolute > size) {
      return `${absolute / size}${unit}`;
    }
  }
  return '0s';
}

/** The functions of sprig 3.3 and Helm 4 for times and durations. */
export function createDateFunctions(
  options: FunctionOptions = {},
): ReadonlyMap<string, GoFunction> {
  const now = options.now ?? Date.now;
  const place = new TimeZones().find(options.timeZone ?? 'UTC') ?? UTC;
  const local = new Location('Local', place.rules);
  const zones = new TimeZones(local);

  const timeNow = () => {
    const time = new GoTime(0n, 0, local, local);
    return time.add(BigInt(Math.round(now() * 1000)) * 1000n);
  };

  /** What is no time and no number of seconds is now. */
  const timeOf = (value: unknown): GoTime => {
    const target = value instanceof GoPointer ? value.target : value;
    if (target instanceof GoTime) {
      return target;
    }
    return value instanceof GoNumber && SECONDS.has(value.type.name)
      ? new GoTime(BigInt(value.value), 0, local, local)
      : timeNow();
  };

  const formatIn = (layout: string, value: unknown, zone: string) =>
    timeOf(value)
      .in(zones.find(zone) ?? UTC)
      .format(layout);

  const date = goFunction([STRING, ANY], (layout: string, value: unknown) =>
    timeOf(value).in(local).format(layout),
  );
  const dateInZone = goFunction([STRING, ANY, STRING], formatIn);
  const dateModify = goFunction([STRING, TIME], (by: string, time: GoTime) =>
    time.add(durationOf(by) ?? 0n),
  );
  const mustDateModify = goFunction(
    [STRING, TIME],
    (by: string, time: GoTime) => time.add(parseDuration(by)),
  );
  const mustToDate = (layout: string, text: string) =>
    GoTime.parse(layout, text, local);

  return new Map<string, GoFunction>([
    ...durationFunctions,
    ['now', goFunction([], timeNow)],
    ['date', date],
    ['dateInZone', dateInZone],
    ['date_in_zone', dateInZone],
    [
      'htmlDate',
      goFunction([ANY], (value: unknown) =>
        timeOf(value).in(local).format(HTML_DATE),
      ),
    ],
    [
      'htmlDateInZone',
      goFunction([ANY, STRING], (value: unknown, zone: string) =>
        formatIn(HTML_DATE, value, zone),
      ),
    ],
    ['dateModify', dateModify],
    ['date_modify', dateModify],
    ['mustDateModify', mustDateModify],
    ['must_date_modify', mustDateModify],
    ['mustToDate', goFunction([STRING, STRING], mustToDate)],
    [
      'toDate',
      goFunction([STRING, STRING], (layout: string, text: string) => {
        try {
          return mustToDate(layout, text);
        } catch (error) {
          if (error instanceof GoError) {
            return GoTime.zero(local);
          }
          throw error;
        }
      }),
    ],
    ['unixEpoch', goFunction([TIME], (time: GoTime) => String(time.seconds))],
    [
      'ago',
      goFunction([ANY], (value: unknown) => {
        // Pointers and `int32` are no ages, other than for `date`.
        const isAge =
          value instanceof GoTime ||
          (value instanceof GoNumber && value.type.name !== 'int32');
        const since = isAge ? timeNow().since(timeOf(value)) : 0n;
        return formatDuration(roundDuration(since, SECOND));
      }),
    ],
    ['duration', goFunction([ANY], duration)],
    [
      'durationRound',
      goFunction([ANY], (value: unknown) => {
        if (typeof value === 'string') {
          return inLargestUnit(durationOf(value) ?? 0n);
        }
        if (value instanceof GoTime) {
          return inLargestUnit(timeNow().since(value));
        }
        return value instanceof GoNumber && value.type.name === 'int64'
          ? inLargestUnit(BigInt(value.value))
          : '0s';
      }),
    ],
  ]);
}
