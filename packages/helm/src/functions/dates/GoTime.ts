import {
  GoError,
  goInt64,
  GoNil,
  GoPointer,
  GoStruct,
  integer,
  UINT64,
} from '@backstage-gitops/go-template';
import { quoteBytes, toBytes } from './byteText';
import { CivilTime, civilTime, daysSinceEpoch } from './civil';
import { clamp } from './Duration';
import { formatTime } from './formatTime';
import { MONTHS } from './layout';
import { Location, LOCATION, UTC } from './Location';
import { parseTime } from './parseTime';
import { gmtOffset } from './parseZoneName';
import { TIME } from './timeType';

const NANOSECONDS = 1_000_000_000n;
/** 1 January of the year 1, Go's zero time. */
const ZERO = -62_135_596_800n;

const RFC3339 = '2006-01-02T15:04:05.999999999Z07:00';
/** By the names that the reader of TOML gives to places without an offset. */
const TOML_LAYOUTS: ReadonlyMap<string, string> = new Map([
  ['datetime-local', '2006-01-02T15:04:05.999999999'],
  ['date-local', '2006-01-02'],
  ['time-local', '15:04:05.999999999'],
]);

/** What is left above a multiple of the step, for negative numbers too. */
function floorMod(value: bigint, step: bigint): bigint {
  return ((value % step) + step) % step;
}

/**
 * A `time.Time`: an instant, to the nanosecond, and the place whose clocks and
 * calendar show it.
 */
export class GoTime extends GoStruct {
  /** Seconds since 1970; 64 bits, which wrap. */
  readonly seconds: bigint;
  private shown: CivilTime | undefined;

  constructor(
    seconds: bigint,
    /** 0 to 999,999,999. */
    readonly nanosecond: number = 0,
    readonly location: Location = UTC,
    /** What `Local` is. */
    readonly local: Location = UTC,
  ) {
    super(TIME);
    this.seconds = BigInt.asIntN(64, seconds);
  }

  /** Nanoseconds, seconds since the year 1, and no place for UTC. */
  override hidden() {
    return {
      wall: integer(UINT64, this.nanosecond),
      ext: goInt64(this.seconds - ZERO),
      loc:
        this.location === UTC
          ? new GoNil(LOCATION)
          : new GoPointer(LOCATION, this.location),
    };
  }

  /** 1 January of the year 1, in UTC. */
  static zero(local: Location = UTC): GoTime {
    return new GoTime(ZERO, 0, UTC, local);
  }

  /** Go's `time.Date`: what is out of range is carried over. */
  static date(
    parts: {
      readonly year: bigint;
      readonly month: bigint;
      readonly day: bigint;
      readonly secondOfDay: number;
      readonly nanosecond: number;
    },
    location: Location,
    local: Location = location,
  ): GoTime {
    const { year, month, day, secondOfDay, nanosecond } = parts;
    const clock =
      daysSinceEpoch(year, month, day) * 86400n + BigInt(secondOfDay);
    const guess = location.rules.offsetAt(clock);
    const offset = guess && location.rules.offsetAt(clock - BigInt(guess));
    return new GoTime(clock - BigInt(offset), nanosecond, location, local);
  }

  /**
   * Go's `time.ParseInLocation`, in the local zone.
   *
   * @throws GoError with the text of Go's `time.ParseError`
   */
  static parse(layout: string, text: string, local: Location = UTC): GoTime {
    const parsed = parseTime(layout, text);
    const parts = {
      year: BigInt(parsed.year),
      month: BigInt(parsed.month),
      day: BigInt(parsed.day),
      secondOfDay: (parsed.hour * 60 + parsed.minute) * 60 + parsed.second,
      nanosecond: parsed.nanosecond,
    };
    const { zone } = parsed;
    if (!parsed.isUtc && parsed.offset === undefined && zone === '') {
      return GoTime.date(parts, local);
    }
    const time = GoTime.date(parts, UTC, local);
    if (parsed.isUtc) {
      return time;
    }
    if (parsed.offset !== undefined) {
      const { offset } = parsed;
      const moved = time.plusSeconds(-offset);
      const { rules } = local;
      const isLocal =
        rules.offsetAt(moved.seconds) === offset &&
        (zone === '' || rules.nameAt(moved.seconds) === zone);
      return moved.in(isLocal ? local : Location.fixed(zone, offset));
    }
    const known = local.rules.offsetOf(zone, time.seconds);
    return known === undefined
      ? time.in(Location.fixed(zone, gmtOffset(zone)))
      : time.plusSeconds(-known).in(local);
  }

  private plusSeconds(seconds: number): GoTime {
    return new GoTime(
      this.seconds + BigInt(seconds),
      this.nanosecond,
      this.location,
      this.local,
    );
  }

  /** Seconds east of UTC. */
  get offset(): number {
    return this.location.rules.offsetAt(this.seconds);
  }

  /** The day and the time of the day at its place. */
  get civil(): CivilTime {
    this.shown ??= civilTime(this.seconds, this.offset);
    return this.shown;
  }

  in(location: Location): GoTime {
    return new GoTime(this.seconds, this.nanosecond, location, this.local);
  }

  /** So many nanoseconds later. */
  add(nanoseconds: bigint): GoTime {
    const sum = BigInt(this.nanosecond) + nanoseconds;
    const rest = floorMod(sum, NANOSECONDS);
    return new GoTime(
      this.seconds + (sum - rest) / NANOSECONDS,
      Number(rest),
      this.location,
      this.local,
    );
  }

  addDate(years: bigint, months: bigint, days: bigint): GoTime {
    const { year, month, day, hour, minute, second } = this.civil;
    return GoTime.date(
      {
        year: BigInt(year) + years,
        month: BigInt(month) + months,
        day: BigInt(day) + days,
        secondOfDay: (hour * 60 + minute) * 60 + second,
        nanosecond: this.nanosecond,
      },
      this.location,
      this.local,
    );
  }

  /** Nanoseconds since the other one; at most what 64 bits hold. */
  since(other: GoTime): bigint {
    return clamp(
      (this.seconds - other.seconds) * NANOSECONDS +
        BigInt(this.nanosecond - other.nanosecond),
    );
  }

  compare(other: GoTime): -1 | 0 | 1 {
    if (this.seconds !== other.seconds) {
      return this.seconds < other.seconds ? -1 : 1;
    }
    return Math.sign(this.nanosecond - other.nanosecond) as -1 | 0 | 1;
  }

  get isZero(): boolean {
    return this.seconds === ZERO && this.nanosecond === 0;
  }

  /** Nanoseconds since 1970; 64 bits, which wrap. */
  get unixNano(): bigint {
    const all = this.seconds * NANOSECONDS + BigInt(this.nanosecond);
    return BigInt.asIntN(64, all);
  }

  /** Down to a multiple of the duration since the zero time. */
  truncate(duration: bigint): GoTime {
    return duration <= 0n ? this : this.add(-this.restOf(duration));
  }

  /** To the nearest multiple of the duration since the zero time. */
  round(duration: bigint): GoTime {
    if (duration <= 0n) {
      return this;
    }
    const rest = this.restOf(duration);
    return this.add(rest + rest < duration ? -rest : duration - rest);
  }

  private restOf(duration: bigint): bigint {
    const all = (this.seconds - ZERO) * NANOSECONDS + BigInt(this.nanosecond);
    return floorMod(all, duration);
  }

  /** Whether clocks are ahead of what they show at another time of the year. */
  get isDaylightSaving(): boolean {
    const { rules } = this.location;
    const { year } = this.civil;
    const others = [1n, 7n].map(month =>
      rules.offsetAt(daysSinceEpoch(BigInt(year), month, 1n) * 86400n),
    );
    return others.some(other => other < this.offset);
  }

  format(layout: string): string {
    const { civil, nanosecond, offset } = this;
    // The name is dear, and seldom asked for.
    const zone = layout.includes('MST')
      ? this.location.rules.nameAt(this.seconds)
      : '';
    return formatTime({ ...civil, nanosecond, offset, zone }, layout);
  }

  /** As `String()` writes it; Go adds `m=…` to what `now` returned. */
  toString(): string {
    return this.format('2006-01-02 15:04:05.999999999 -0700 MST');
  }

  /** As Go writes it in a program, `%#v`. */
  toGoString(): string {
    const { year, month, day, hour, minute, second } = this.civil;
    const parts = [year, `time.${MONTHS[month - 1]}`, day, hour, minute];
    let place = `time.Location(${quoteBytes(toBytes(this.location.name))})`;
    if (this.location === UTC) {
      place = 'time.UTC';
    } else if (this.location === this.local) {
      place = 'time.Local';
    }
    return `time.Date(${parts.join(', ')}, ${second}, ${this.nanosecond}, ${place})`;
  }

  /**
   * RFC 3339, as JSON has it.
   *
   * @throws GoError for years beyond 9999 and offsets of 24 hours
   */
  marshalJson(): string {
    return this.strictText('MarshalJSON');
  }

  /** {@link GoTime.marshalJson} for others that want a text. */
  marshalText(): string {
    return this.strictText('MarshalText');
  }

  /** For YAML and TOML; times of TOML may lack an offset or a date. */
  marshalPlain(format: 'yaml' | 'toml'): string {
    const layout = format === 'toml' && TOML_LAYOUTS.get(this.location.name);
    return this.format(layout || RFC3339);
  }

  private strictText(method: string): string {
    const text = this.format(RFC3339);
    const problem = (message: string) =>
      new GoError(`Time.${method}: ${message}`);
    if (!/^[0-9]{4}-/.test(text)) {
      throw problem('year outside of range [0,9999]');
    }
    const hours = /[+-]([0-9]+):[0-9]{2}$/.exec(text)?.[1];
    if (hours !== undefined && Number(hours) >= 24) {
      throw problem('timezone hour outside of range [0,23]');
    }
    return text;
  }
}
