import { CivilTime } from './civil';
import { LayoutPart, MONTHS, parseLayout, WEEKDAYS } from './layout';

/** What a layout shows of a time. */
export interface Shown extends CivilTime {
  readonly nanosecond: number;
  /** Seconds east of UTC. */
  readonly offset: number;
  /** Name of the offset; empty if it has none. */
  readonly zone: string;
}

/** At least so many digits; a sign is not counted. */
export function digits(value: number, width: number): string {
  const text = String(Math.abs(value)).padStart(width, '0');
  return value < 0 ? `-${text}` : text;
}

/** A time in a layout of Go, `2006-01-02` for example. */
export function formatTime(time: Shown, layout: string): string {
  let text = '';
  for (const part of parseLayout(layout)) {
    text += part.prefix + formatElement(time, part);
  }
  return text;
}

function formatElement(time: Shown, { element, text }: LayoutPart): string {
  switch (element) {
    case 'January':
      return MONTHS[time.month - 1];
    case 'Jan':
      return MONTHS[time.month - 1].slice(0, 3);
    case '1':
      return String(time.month);
    case '01':
      return digits(time.month, 2);
    case 'Monday':
      return WEEKDAYS[time.weekday];
    case 'Mon':
      return WEEKDAYS[time.weekday].slice(0, 3);
    case '2':
      return String(time.day);
    case '_2':
      return String(time.day).padStart(2);
    case '02':
      return digits(time.day, 2);
    case '__2':
      return String(time.yearDay).padStart(3);
    case '002':
      return digits(time.yearDay, 3);
    case '15':
      return digits(time.hour, 2);
    case '3':
      return String(time.hour % 12 || 12);
    case '03':
      return digits(time.hour % 12 || 12, 2);
    case '4':
      return String(time.minute);
    case '04':
      return digits(time.minute, 2);
    case '5':
      return String(time.second);
    case '05':
      return digits(time.second, 2);
    case '2006':
      return digits(time.year, 4);
    case '06':
      return digits(Math.abs(time.year) % 100, 2);
    case 'PM':
      return time.hour >= 12 ? 'PM' : 'AM';
    case 'pm':
      return time.hour >= 12 ? 'pm' : 'am';
    case 'MST':
      return time.zone || formatOffset(time.offset, '-0700');
    case 'Z':
      return time.offset === 0 ? 'Z' : formatOffset(time.offset, text);
    case '-':
      return formatOffset(time.offset, text);
    case '.0':
    case '.9':
      return formatFraction(time.nanosecond, text);
    default:
      return '';
  }
}

/** The offset in the form of the element: `-07`, `Z07:00:00` … */
function formatOffset(offset: number, text: string): string {
  const absolute = Math.abs(offset);
  const minutes = Math.floor(absolute / 60);
  // Less than a minute west of UTC counts as nothing, and has no minus.
  const sign = offset < 0 && minutes > 0 ? '-' : '+';
  const colon = text.includes(':') ? ':' : '';
  const parts = [
    digits(Math.floor(minutes / 60), 2),
    digits(minutes % 60, 2),
    digits((sign === '-' ? absolute : offset) % 60, 2),
  ];
  const shown = (text.replaceAll(':', '').length - 1) / 2;
  return sign + parts.slice(0, shown).join(colon);
}

function formatFraction(nanosecond: number, text: string): string {
  const count = text.length - 1;
  const trims = text[1] === '9';
  if (trims && nanosecond === 0) {
    return '';
  }
  const fraction = digits(nanosecond, 9).slice(0, Math.min(count, 9));
  const trimmed = trims ? fraction.replace(/0+$/, '') : fraction;
  return trimmed === '' ? '' : text[0] + trimmed;
}
