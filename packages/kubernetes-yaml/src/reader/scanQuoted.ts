import { Cursor, foldBreaks } from './Cursor';
import {
  BACKSLASH,
  DOUBLE_QUOTE,
  SINGLE_QUOTE,
  isBlank,
  isBreak,
} from './characters';

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['0', '\0'],
  ['a', '\x07'],
  ['b', '\b'],
  ['t', '\t'],
  ['\t', '\t'],
  ['n', '\n'],
  ['v', '\v'],
  ['f', '\f'],
  ['r', '\r'],
  ['e', '\x1b'],
  [' ', ' '],
  ['"', '"'],
  ['/', '/'],
  ["'", "'"],
  ['\\', '\\'],
  ['N', '\x85'],
  ['_', '\xa0'],
  ['L', '\u2028'],
  ['P', '\u2029'],
]);
const HEX_LENGTH: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
]);

/** Reads a quoted scalar; the cursor is at the opening quote. */
export function scanQuoted(cursor: Cursor): string {
  const start = cursor.pos;
  const quote = cursor.code;
  const double = quote === DOUBLE_QUOTE;
  cursor.pos++;
  let text = '';
  for (;;) {
    if (cursor.atEnd || cursor.atDocumentMarker()) {
      cursor.fail('a quoted string is not closed', { pos: start });
    }
    let runStart = cursor.pos;
    let escapedBreak = false;
    while (!cursor.atEnd) {
      const code = cursor.code;
      if (isBlank(code) || isBreak(code)) {
        break;
      }
      if (code === quote) {
        if (double || cursor.at(1) !== SINGLE_QUOTE) {
          break;
        }
        // Two single quotes stand for one.
        text += cursor.text.slice(runStart, cursor.pos + 1);
        cursor.pos += 2;
        runStart = cursor.pos;
      } else if (double && code === BACKSLASH) {
        text += cursor.text.slice(runStart, cursor.pos);
        if (isBreak(cursor.at(1))) {
          cursor.pos++;
          cursor.newline();
          escapedBreak = true;
          runStart = cursor.pos;
          break;
        }
        text += scanEscape(cursor);
        runStart = cursor.pos;
      } else {
        cursor.pos++;
      }
    }
    text += cursor.text.slice(runStart, cursor.pos);
    if (cursor.code === quote && !escapedBreak) {
      cursor.pos++;
      return text;
    }
    text += foldBlanks(cursor, escapedBreak);
  }
}

/** Blanks stay; a single break becomes a space, further ones stay. */
function foldBlanks(cursor: Cursor, afterEscapedBreak: boolean): string {
  let blanks = '';
  let breaks = '';
  for (;;) {
    const code = cursor.code;
    if (isBlank(code)) {
      if (breaks === '' && !afterEscapedBreak) {
        blanks += cursor.text[cursor.pos];
      }
      cursor.pos++;
    } else if (isBreak(code)) {
      breaks += cursor.readBreak();
    } else {
      break;
    }
  }
  if (afterEscapedBreak) {
    return breaks;
  }
  return breaks === '' ? blanks : foldBreaks(breaks);
}

function scanEscape(cursor: Cursor): string {
  const letter = cursor.text[cursor.pos + 1];
  const simple = ESCAPES.get(letter);
  if (simple !== undefined) {
    cursor.pos += 2;
    return simple;
  }
  const length = HEX_LENGTH.get(letter);
  if (length === undefined) {
    cursor.fail('an unknown escape in a double-quoted string', {
      hint: 'write \\\\ for a backslash, or use single quotes',
    });
  }
  const digits = cursor.text.slice(cursor.pos + 2, cursor.pos + 2 + length);
  const code = Number.parseInt(digits, 16);
  if (
    digits.length < length ||
    !/^[0-9a-fA-F]+$/.test(digits) ||
    code > 0x10ffff
  ) {
    cursor.fail('a wrong hexadecimal escape in a double-quoted string');
  }
  cursor.pos += 2 + length;
  if (code >= 0xd800 && code <= 0xdfff) {
    return scanSurrogate(cursor, code);
  }
  return String.fromCodePoint(code);
}

/** JSON writes characters beyond the basic plane as two escapes. */
function scanSurrogate(cursor: Cursor, high: number): string {
  const next = cursor.text.slice(cursor.pos, cursor.pos + 6);
  const low = /^\\u[dD][c-fC-F][0-9a-fA-F]{2}$/.test(next)
    ? Number.parseInt(next.slice(2), 16)
    : undefined;
  if (high > 0xdbff || low === undefined) {
    cursor.fail('half of a surrogate pair in a double-quoted string');
  }
  cursor.pos += 6;
  return String.fromCharCode(high, low);
}
