import { Failure } from '../CelError';
import { Duration, Timestamp } from './Value';

export const NANOS = 1_000_000_000n;
// From year 1 to 9999, as the protobuf type.
const MIN_SECONDS = -62_135_596_800n;
const MAX_SECONDS = 253_402_300_799n;
const MAX_INT64 = 2n ** 63n - 1n;

/** @throws Failure outside the years 1 to 9999 */
export function timestampOf(seconds: bigint, nanos = 0): Timestamp {
  if (seconds < MIN_SECONDS || seconds > MAX_SECONDS) {
    throw new Failure('timestamp overflow');
  }
  return new Timestamp(seconds, nanos);
}

/** @throws Failure beyond 64 bits of nanoseconds */
export function durationOf(nanos: bigint): Duration {
  if (nanos > MAX_INT64 || nanos < -MAX_INT64 - 1n) {
    throw new Failure('duration overflow');
  }
  return new Duration(nanos);
}

export function totalNanos({ seconds, nanos }: Timestamp): bigint {
  return seconds * NANOS + BigInt(nanos);
}

export function timestampOfNanos(total: bigint): Timestamp {
  const nanos = ((total % NANOS) + NANOS) % NANOS;
  return timestampOf((total - nanos) / NANOS, Number(nanos));
}

const RFC3339 =
  /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:[.,](\d+))?(Z|[+-]\d{2}:\d{2})$/;

/** A time of RFC 3339. @throws Failure for anything else */
export function parseTimestamp(text: string): Timestamp {
  const found = RFC3339.exec(text);
  const [, local = '', fraction = '', zone = ''] = found ?? [];
  const ms = found ? Date.parse(`${local}Z`) : NaN;
  // Date takes the 30th of February for the 1st of March.
  const exists =
    !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(local);
  const offset = offsetSeconds(zone);
  if (!exists || offset === undefined) {
    throw new Failure('a text that is not a time of RFC 3339');
  }
  return timestampOf(
    BigInt(ms / 1000 - offset),
    Number(fraction.slice(0, 9).padEnd(9, '0')),
  );
}

function offsetSeconds(zone: string): number | undefined {
  if (zone === 'Z') return 0;
  const [hours, minutes] = zone.slice(1).split(':').map(Number);
  if (hours > 24 || minutes > 60) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60;
}

export function formatTimestamp({ seconds, nanos }: Timestamp): string {
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return `${whole}${fractionOf(nanos)}Z`;
}

/** Seconds, as protobuf writes a duration in JSON: `5400s`, `-0.5s`. */
export function formatDuration({ nanos }: Duration): string {
  const size = nanos < 0n ? -nanos : nanos;
  const sign = nanos < 0n ? '-' : '';
  return `${sign}${size / NANOS}${fractionOf(Number(size % NANOS))}s`;
}

function fractionOf(nanos: number): string {
  const digits = String(nanos).padStart(9, '0').replace(/0+$/, '');
  return digits && `.${digits}`;
}

const UNITS: Record<string, bigint> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: NANOS,
  m: 60n * NANOS,
  h: 3_600n * NANOS,
};

/** A duration of Go: `1h30m`, `-1.5s`, `0`. @throws Failure for other text */
export function parseDuration(text: string): Duration {
  const [, sign, rest] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  if (rest === '0') return new Duration(0n);
  const part = /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/y;
  let total = 0n;
  let at = 0;
  while (rest && at < rest.length && rest.length <= 200) {
    part.lastIndex = at;
    const found = part.exec(rest);
    if (!found || !(found[1] || found[2])) break;
    const [all, whole, fraction = '', unit] = found;
    const size = UNITS[unit];
    const kept = fraction.slice(0, 18);
    total += BigInt(whole || 0) * size;
    total += (BigInt(kept || 0) * size) / 10n ** BigInt(kept.length);
    at += all.length;
  }
  if (!rest || at < rest.length) {
    throw new Failure('a text that is not a duration');
  }
  return durationOf(sign === '-' ? -total : total);
}

/** The fields of a moment in a time zone: a name of IANA, or `±hh:mm`. */
export function fieldsIn(time: Timestamp, zone: string): Date {
  const ms = Number(time.seconds) * 1000 + Math.floor(time.nanos / 1e6);
  if (zone === '' || zone === 'UTC') return new Date(ms);
  const fixed = /^([+-]?)(\d{2}):(\d{2})$/.exec(zone);
  if (fixed) {
    const minutes = Number(fixed[2]) * 60 + Number(fixed[3]);
    return new Date(ms + (fixed[1] === '-' ? -1 : 1) * minutes * 60_000);
  }
  return new Date(ms + namedOffsetMs(ms, zone));
}

function namedOffsetMs(ms: number, zone: string): number {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(zone) || zone.length > 64) {
    throw new Failure('a time zone that does not exist');
  }
  try {
    const parts = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      timeZoneName: 'longOffset',
    }).formatToParts(ms);
    const name = parts.find(part => part.type === 'timeZoneName')?.value ?? '';
    const [, sign, hours, minutes, seconds] =
      /GMT([+-])(\d{2}):(\d{2})(?::(\d{2}))?/.exec(name) ?? [];
    const size =
      (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60 +
      Number(seconds ?? 0);
    return (sign === '-' ? -1 : 1) * size * 1000;
  } catch {
    throw new Failure('a time zone that does not exist');
  }
}
