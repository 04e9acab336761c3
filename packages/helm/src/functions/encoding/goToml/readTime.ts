import { GoError } from '@backstage-gitops/go-template';
import { GoTime } from '../../dates/GoTime';
import { Location, UTC } from '../../dates/Location';
import { ReadTime } from './readNumber';

/** Layouts in the order in which they are tried, and the place they mean. */
const LAYOUTS: readonly (readonly [string, string?])[] = [
  ['2006-01-02T15:04:05.999999999Z07:00'],
  ['2006-01-02T15:04:05.999999999', 'datetime-local'],
  ['2006-01-02', 'date-local'],
  ['15:04:05.999999999', 'time-local'],
  ['2006-01-02T15:04Z07:00'],
  ['2006-01-02T15:04', 'datetime-local'],
  ['15:04', 'time-local'],
];

/** Go reads `1:02`; where a separator should be, there must be one. */
function lacksZero(text: string, layout: string): boolean {
  for (let i = 0; i < layout.length; i++) {
    if (layout[i] === '.' || layout[i] === 'Z') {
      return false;
    }
    if (!/[0-9]/.test(layout[i]) && text[i] !== layout[i]) {
      return true;
    }
  }
  return false;
}

/**
 * Reads dates of TOML. Those without an offset are in places that are named
 * after what they lack, as far from UTC as the local one is now.
 */
export function createReadTime(local: Location, now: () => number): ReadTime {
  return text => {
    for (const [layout, place] of LAYOUTS) {
      const time = tryParse(layout, text, place ? placeOf(place) : local);
      if (time !== undefined) {
        return lacksZero(text, layout)
          ? undefined
          : new GoTime(time.seconds, time.nanosecond, time.location, local);
      }
    }
    return undefined;
  };

  function placeOf(name: string): Location {
    const seconds = BigInt(Math.floor(now() / 1000));
    return Location.fixed(name, local.rules.offsetAt(seconds));
  }
}

function tryParse(
  layout: string,
  text: string,
  place: Location = UTC,
): GoTime | undefined {
  try {
    return GoTime.parse(layout, text, place);
  } catch (error) {
    if (error instanceof GoError) {
      return undefined;
    }
    throw error;
  }
}
