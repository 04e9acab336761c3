/** What stands in a layout of Go: `2006`, `Jan`, `.000` …, or a text. */
export interface LayoutPart {
  /** The text before it. */
  readonly prefix: string;
  /** What it is; empty for the end of the layout. */
  readonly element: LayoutElement;
  /** As it stands in the layout. */
  readonly text: string;
}

export type LayoutElement =
  | ''
  | 'January'
  | 'Jan'
  | '1'
  | '01'
  | 'Monday'
  | 'Mon'
  | '2'
  | '_2'
  | '02'
  | '__2'
  | '002'
  | '15'
  | '3'
  | '03'
  | '4'
  | '04'
  | '5'
  | '05'
  | '2006'
  | '06'
  | 'PM'
  | 'pm'
  | 'MST'
  | 'Z'
  | '-'
  | '.0'
  | '.9';

/** Weekdays as Go numbers them. */
export const WEEKDAYS: readonly string[] = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
];

/** The first is number 1. */
export const MONTHS: readonly string[] = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

// Alternatives stand in the order in which Go tries them at a place.
const ELEMENT = new RegExp(
  [
    'January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST',
    '0[1-6]|002|15|1|2006|2|_(?=2006)|_2|__2|[345]|PM|pm',
    '[-Z](?:070000|07:00:00|0700|07:00|07)',
    '[.,](?:0+|9+)(?![0-9])',
  ].join('|'),
  'g',
);

/** Takes a layout of Go's `time` apart. The last part is the end. */
export function parseLayout(layout: string): LayoutPart[] {
  const parts: LayoutPart[] = [];
  let from = 0;
  for (const match of layout.matchAll(ELEMENT)) {
    const [text] = match;
    if (text === '_') {
      // Of `_2006`, only the year is an element.
      continue;
    }
    parts.push({
      prefix: layout.slice(from, match.index),
      element: elementOf(text),
      text,
    });
    from = match.index + text.length;
  }
  parts.push({ prefix: layout.slice(from), element: '', text: '' });
  return parts;
}

function elementOf(text: string): LayoutElement {
  switch (text[0]) {
    case '.':
    case ',':
      return text[1] === '0' ? '.0' : '.9';
    case '-':
    case 'Z':
      return text[0];
    default:
      return text as LayoutElement;
  }
}
