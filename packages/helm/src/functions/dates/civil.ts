export const SECONDS_PER_DAY = 86400n;

/** Days before the month, in a year that begins in March. */
const DAYS_BEFORE = [0, 31, 61, 92, 122, 153, 184, 214, 245, 275, 306, 337];
const DAYS_PER_ERA = 146097;
/** Days from 1 March of the year 0 to 1970. */
const EPOCH = 719468;
/** Go counts from this year: a multiple of 400 before all 64 bits can say. */
const FIRST_YEAR = -292277022400;
const DAYS_SINCE_FIRST = EPOCH - (FIRST_YEAR / 400) * DAYS_PER_ERA;

/** A day and a time of day, in some time zone. */
export interface CivilTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  /** 1 to 366. */
  readonly yearDay: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** What calendar and clock show; seconds since 1970, of 64 bits as in Go. */
export function civilTime(seconds: bigint, offset: number): CivilTime {
  const absolute = BigInt.asUintN(
    64,
    seconds + BigInt(DAYS_SINCE_FIRST) * SECONDS_PER_DAY + BigInt(offset),
  );
  const days = Number(absolute / SECONDS_PER_DAY);
  const clock = Number(absolute % SECONDS_PER_DAY);
  const era = Math.floor(days / DAYS_PER_ERA);
  const dayOfEra = days - era * DAYS_PER_ERA;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36524) -
      Math.floor(dayOfEra / 146096)) /
      365,
  );
  const dayOfYear =
    dayOfEra -
    (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const index = Math.floor((5 * dayOfYear + 2) / 153);
  const month = index < 10 ? index + 3 : index - 9;
  const year = FIRST_YEAR + era * 400 + yearOfEra + (month <= 2 ? 1 : 0);
  const day = dayOfYear - DAYS_BEFORE[index] + 1;
  return {
    year,
    month,
    day,
    yearDay: daysBeforeMonth(month, year) + day,
    // The first day was a Wednesday.
    weekday: (days + 3) % 7,
    hour: Math.floor(clock / 3600),
    minute: Math.floor((clock % 3600) / 60),
    second: clock % 60,
  };
}

/** Days from 1970 to this day; month and day may be out of range. */
export function daysSinceEpoch(
  year: bigint,
  month: bigint,
  day: bigint,
): bigint {
  const months = year * 12n + month - 1n;
  const zeroMonth = ((months % 12n) + 12n) % 12n;
  const normalYear = (months - zeroMonth) / 12n;
  const marchYear = zeroMonth < 2n ? normalYear - 1n : normalYear;
  const marchMonth = Number((zeroMonth + 10n) % 12n);
  const yearOfEra = ((marchYear % 400n) + 400n) % 400n;
  const era = (marchYear - yearOfEra) / 400n;
  return (
    era * BigInt(DAYS_PER_ERA) +
    yearOfEra * 365n +
    yearOfEra / 4n -
    yearOfEra / 100n +
    BigInt(DAYS_BEFORE[marchMonth] - EPOCH) +
    day -
    1n
  );
}

export function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

const MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** How many days a month, 1 to 12, has. */
export function daysIn(month: number, year: number): number {
  return month === 2 && isLeap(year) ? 29 : MONTH_LENGTHS[month - 1];
}

/** Days of the year before the month, 1 to 13. */
export function daysBeforeMonth(month: number, year: number): number {
  let days = month > 2 && isLeap(year) ? 1 : 0;
  for (let i = 0; i < month - 1; i++) {
    days += MONTH_LENGTHS[i];
  }
  return days;
}
