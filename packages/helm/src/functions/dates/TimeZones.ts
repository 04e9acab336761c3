import { digits } from './formatTime';
import { Location, UTC, ZoneRules } from './Location';
import { ZONE_TABLE } from './zoneTable';

/** What an offset is called, from a moment on. */
interface Span {
  readonly from: number;
  readonly name: string;
}

/** Names by offset in seconds. */
type Names = ReadonlyMap<number, readonly Span[]>;

/** What `Date` can hold. */
const LAST_SECOND = 8_640_000_000_000n;
/** After 400 years the calendar repeats. */
const CYCLE = 146097n * 86400n;

class IntlRules implements ZoneRules {
  constructor(
    private readonly format: Intl.DateTimeFormat,
    private readonly names: Names,
  ) {}

  offsetAt(seconds: bigint): number {
    let within = seconds;
    if (seconds > LAST_SECOND) {
      within = LAST_SECOND - CYCLE + ((seconds - LAST_SECOND) % CYCLE);
    } else if (seconds < -LAST_SECOND) {
      within = -LAST_SECOND;
    }
    const shown = this.format.format(Number(within) * 1000);
    const match = /GMT([+-])(\d+):(\d+)(?::(\d+))?$/.exec(shown);
    if (!match) {
      return 0;
    }
    const [, sign, hours, minutes, rest = '0'] = match;
    const offset = (Number(hours) * 60 + Number(minutes)) * 60 + Number(rest);
    return sign === '-' ? -offset : offset;
  }

  nameAt(seconds: bigint): string {
    const offset = this.offsetAt(seconds);
    const spans = this.names.get(offset);
    if (!spans) {
      const isLocalMeanTime = seconds < 0n && offset % 900 !== 0;
      return isLocalMeanTime ? 'LMT' : numericName(offset);
    }
    return spans.findLast(({ from }) => seconds >= from)!.name;
  }

  offsetOf(name: string, seconds: bigint): number | undefined {
    const candidates = [...this.names]
      .filter(([, spans]) => spans.some(span => span.name === name))
      .map(([offset]) => offset);
    const now = this.offsetAt(seconds);
    if (candidates.length === 0) {
      return numericName(now) === name ? now : undefined;
    }
    return (
      candidates.find(
        offset =>
          this.nameAt(seconds - BigInt(offset)) === name &&
          this.offsetAt(seconds - BigInt(offset)) === offset,
      ) ?? candidates[0]
    );
  }
}

/** What the database calls an offset without a name: `+0530`. */
function numericName(offset: number): string {
  const absolute = Math.abs(offset);
  const [hours, minutes, seconds] = [
    Math.floor(absolute / 3600),
    Math.floor((absolute % 3600) / 60),
    absolute % 60,
  ].map(part => digits(part, 2));
  const tail = seconds === '00' ? '' : seconds;
  return `${offset < 0 ? '-' : '+'}${hours}${
    tail || minutes !== '00' ? minutes : ''
  }${tail}`;
}

/**
 * Places by their IANA name, upper and lower case as written there. Offsets come
 * from Intl, their names from a table.
 */
export class TimeZones {
  private readonly locations = new Map<string, Location | undefined>();
  private zones: ReadonlyMap<string, string> | undefined;

  /** `Local` is `local`; undefined for names that are unknown. */
  constructor(private readonly local: Location = UTC) {}

  /** Go's `time.LoadLocation`. */
  find(name: string): Location | undefined {
    if (name === '' || name === 'UTC') {
      return UTC;
    }
    if (name === 'Local') {
      return this.local;
    }
    if (!this.locations.has(name)) {
      this.zones ??= readZones(ZONE_TABLE);
      const names = this.zones.get(name);
      if (names === undefined) {
        return undefined;
      }
      this.locations.set(name, load(name, names));
    }
    return this.locations.get(name);
  }
}

function load(name: string, names: string): Location | undefined {
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      timeZoneName: 'longOffset',
    });
    return new Location(name, new IntlRules(format, readNames(names)));
  } catch (error) {
    if (error instanceof RangeError) {
      return undefined;
    }
    throw error;
  }
}

/** The text of the names, by zone. */
function readZones(table: string): ReadonlyMap<string, string> {
  const zones = new Map<string, string>();
  for (const line of table.trim().split('\n')) {
    const [names, places] = line.split('|');
    for (const place of places.trim().split(' ')) {
      const slash = place.indexOf('/') + 1;
      for (const rest of place.slice(slash).split(',')) {
        zones.set(place.slice(0, slash) + rest, names.trim());
      }
    }
  }
  return zones;
}

function readNames(text: string): Names {
  return new Map(
    text
      .split(' ')
      .filter(Boolean)
      .map(entry => {
        const [first, ...later] = entry.split('/');
        const [name, minutes] = first.split('=');
        const spans = [{ from: -Infinity, name }];
        for (let i = 0; i < later.length; i += 2) {
          spans.push({ from: Number(later[i]), name: later[i + 1] });
        }
        return [Number(minutes) * 60, spans] as const;
      }),
  );
}
