/** A schedule that is not understood. */
export class CronError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CronError';
  }
}

/** When to run, as the five fields of cron say. */
export interface CronSchedule {
  minutes: ReadonlySet<number>;
  hours: ReadonlySet<number>;
  days: ReadonlySet<number>;
  months: ReadonlySet<number>;
  weekdays: ReadonlySet<number>;
  /** Whether a day of the month, a weekday, or both at once have to fit. */
  isAnyDay: boolean;
  isAnyWeekday: boolean;
  /** For `@every`: milliseconds between runs. */
  everyMs?: number;
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const WEEKDAYS = 'sun mon tue wed thu fri sat'.split(' ');
const NAMED: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/**
 * Reads a schedule as CronJobs have it: five fields with lists, ranges, steps
 * and names, or `@hourly` and its like (robfig/cron v3, which Kubernetes uses).
 *
 * @throws {@link CronError}
 */
export function parseCron(text: string): CronSchedule {
  const every = /^@every\s+(\d+)(s|m|h)$/.exec(text.trim());
  const fields = (NAMED[text.trim()] ?? (every ? '* * * * *' : text))
    .trim()
    .split(/\s+/);
  if (fields.length !== 5) {
    throw new CronError(
      `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`,
    );
  }
  const [minutes, hours, days, months, weekdays] = fields;
  const unit = { s: 1000, m: 60_000, h: 3_600_000 }[every?.[2] ?? 's'] ?? 1000;
  return {
    minutes: parseField(minutes, 0, 59),
    hours: parseField(hours, 0, 23),
    days: parseField(days, 1, 31),
    months: parseField(months, 1, 12, MONTHS, 1),
    weekdays: parseField(weekdays, 0, 6, WEEKDAYS, 0),
    isAnyDay: /^[*?]/.test(days),
    isAnyWeekday: /^[*?]/.test(weekdays),
    ...(every ? { everyMs: Number(every[1]) * unit } : {}),
  };
}

function parseField(
  text: string,
  min: number,
  max: number,
  names: string[] = [],
  offset = 0,
): Set<number> {
  const values = new Set<number>();
  const number = (word: string): number => {
    const named = names.indexOf(word.toLowerCase());
    const value = named >= 0 ? named + offset : Number(word);
    if (!/^\d+$/.test(word) && named < 0) {
      throw new CronError(`failed to parse int from ${word}`);
    }
    if (value < min) {
      throw new CronError(
        `beginning of range (${value}) below minimum (${min}): ${text}`,
      );
    }
    if (value > max) {
      throw new CronError(
        `end of range (${value}) above maximum (${max}): ${text}`,
      );
    }
    return value;
  };
  for (const part of text.split(',')) {
    const [range, step = '1', ...tooMany] = part.split('/');
    if (tooMany.length > 0 || !/^\d+$/.test(step) || Number(step) === 0) {
      throw new CronError(`step of range should be a positive number: ${part}`);
    }
    const isAny = range === '*' || range === '?';
    const [first, last, ...more] = isAny
      ? [String(min), String(max)]
      : range.split('-');
    if (more.length > 0) throw new CronError(`too many hyphens: ${part}`);
    const from = isAny ? min : number(first);
    // `5/15` runs to the end of the field.
    const open = part.includes('/') ? max : from;
    const end = last === undefined ? open : number(last);
    const to = isAny ? max : end;
    if (from > to) {
      throw new CronError(
        `beginning of range (${from}) beyond end of range (${to}): ${part}`,
      );
    }
    for (let value = from; value <= to; value += Number(step)) {
      values.add(value);
    }
  }
  return values;
}

const MINUTE = 60_000;
// A schedule such as 30 February never comes; a leap day comes within eight years.
const HORIZON_MS = 9 * 366 * 24 * 60 * MINUTE;

/**
 * The first time after another one, in milliseconds, at which a schedule
 * fires; undefined for never.
 */
export function nextRun(
  schedule: CronSchedule,
  after: number,
  timeZone = 'UTC',
): number | undefined {
  if (schedule.everyMs) return after + schedule.everyMs;
  const wall = wallClock(timeZone);
  let time = Math.floor(after / MINUTE) * MINUTE + MINUTE;
  const end = after + HORIZON_MS;
  while (time < end) {
    const at = wall(time);
    if (!schedule.months.has(at.month) || !fitsDay(schedule, at)) {
      // To the next midnight, or a little before where the clocks change.
      const rest = (23 - at.hour) * 60 + (60 - at.minute);
      time += Math.max(1, rest > 180 ? rest - 120 : 1) * MINUTE;
    } else if (!schedule.hours.has(at.hour)) {
      time += nextQuarter(at.minute) * MINUTE;
    } else if (!schedule.minutes.has(at.minute)) {
      time += MINUTE;
    } else {
      return time;
    }
  }
  return undefined;
}

/** Minutes to the next quarter of an hour: zones differ from UTC by whole quarters. */
function nextQuarter(minute: number): number {
  return 15 - (minute % 15);
}

interface WallTime {
  month: number;
  day: number;
  weekday: number;
  hour: number;
  minute: number;
}

function fitsDay(schedule: CronSchedule, at: WallTime): boolean {
  const day = schedule.days.has(at.day);
  const weekday = schedule.weekdays.has(at.weekday);
  return schedule.isAnyDay || schedule.isAnyWeekday
    ? day && weekday
    : day || weekday;
}

/** @throws RangeError for a time zone that is not known */
function wallClock(timeZone: string): (time: number) => WallTime {
  if (timeZone === 'UTC') {
    return time => {
      const date = new Date(time);
      return {
        month: date.getUTCMonth() + 1,
        day: date.getUTCDate(),
        weekday: date.getUTCDay(),
        hour: date.getUTCHours(),
        minute: date.getUTCMinutes(),
      };
    };
  }
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    month: 'numeric',
    day: 'numeric',
    weekday: 'short',
    hour: 'numeric',
    minute: 'numeric',
  });
  return time => {
    const parts = Object.fromEntries(
      format.formatToParts(time).map(({ type, value }) => [type, value]),
    );
    return {
      month: Number(parts.month),
      day: Number(parts.day),
      weekday: WEEKDAYS.indexOf(parts.weekday.toLowerCase()),
      hour: Number(parts.hour),
      minute: Number(parts.minute),
    };
  };
}
