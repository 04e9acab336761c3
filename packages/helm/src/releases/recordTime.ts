const TIME =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?(?:Z|([-+])([0-9]{2}):([0-9]{2}))$/;

/** Go's zero time in milliseconds: the beginning of the year 1. */
const ZERO = -62_135_596_800_000;

/** What Go writes for its zero time. */
export const ZERO_TIME = '0001-01-01T00:00:00Z';

/**
 * A time as Go's `time.Time` reads it from JSON and writes it again: RFC 3339
 * with nanoseconds as far as they are not zero, in the zone it has. Undefined
 * where it is none: hours of one digit, a comma before the fraction and a zone
 * of `24:00` or `01:60`, which Go takes, are not RFC 3339.
 */
export function normalizeTime(text: string): string | undefined {
  const match = TIME.exec(text);
  if (!match) {
    return undefined;
  }
  const [year, month, day, hour, minute, second] = match.slice(1, 7);
  const [fraction = '', sign = '', zoneHour = '00', zoneMinute = '00'] =
    match.slice(7);
  if (
    Number(month) < 1 ||
    Number(month) > 12 ||
    Number(day) < 1 ||
    Number(day) > daysOf(Number(year), Number(month)) ||
    [hour, zoneHour].some(value => Number(value) > 23) ||
    [minute, second, zoneMinute].some(value => Number(value) > 59)
  ) {
    return undefined;
  }
  const digits = fraction.slice(0, 9).replace(/0+$/, '');
  const zone = `${zoneHour}:${zoneMinute}`;
  return (
    text.slice(0, 19) +
    (digits === '' ? '' : `.${digits}`) +
    (zone === '00:00' ? 'Z' : sign + zone)
  );
}

/** Whether a normalized time is Go's zero time, in whatever zone. */
export function isZeroTime(time: string): boolean {
  return !time.includes('.') && Date.parse(time) === ZERO;
}

function daysOf(year: number, month: number): number {
  if (month === 2) {
    const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
    return leap ? 29 : 28;
  }
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
