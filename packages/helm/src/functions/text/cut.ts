import {
  byteLength,
  encodeUtf8,
  GoError,
  GoFunction,
  goFunction,
  GoNumber,
  INT,
  STRING,
} from '@backstage-gitops/go-template';
import { headBytes, sliceBytes } from './bytes';
import { isAscii, isSpace } from './runes';

/** `trunc`: so many bytes from the start, or from the end if negative. */
function trunc(count: GoNumber, text: string): string {
  const bytes = Number(count.value);
  if (bytes >= 0) {
    return headBytes(text, bytes);
  }
  const length = byteLength(text);
  return length + bytes > 0 ? sliceBytes(text, length + bytes, length) : text;
}

function outOfRange(bounds: string): GoError {
  return new GoError(`runtime error: slice bounds out of range ${bounds}`);
}

/** `substr`: the bytes from `start` up to `end`; a negative one is no bound. */
function substr(start: GoNumber, end: GoNumber, text: string): string {
  const length = byteLength(text);
  const from = Number(start.value);
  let to = Number(end.value);
  if (from < 0) {
    if (to < 0) {
      throw outOfRange(`[:${end.value}]`);
    }
    if (to > length) {
      throw outOfRange(`[:${end.value}] with length ${length}`);
    }
    return sliceBytes(text, 0, to);
  }
  if (to < 0 || to > length) {
    to = length;
  }
  if (from > to) {
    throw outOfRange(`[${start.value}:${to}]`);
  }
  return sliceBytes(text, from, to);
}

const DOTS = '...';

/** `AbbreviateFull` of goutils 1.1; it counts bytes, and the dots too. */
function abbreviate(text: string, offset: number, width: number): string {
  const length = byteLength(text);
  if (length <= width) {
    return text;
  }
  const kept = width - DOTS.length;
  const start = Math.min(offset, length - kept);
  if (start <= 4) {
    return sliceBytes(text, 0, kept) + DOTS;
  }
  if (start + kept < length) {
    // What is left is abbreviated in its turn, if there is room for dots.
    const left = sliceBytes(text, start, length);
    return DOTS + (kept < 4 ? '' : abbreviate(left, 0, kept));
  }
  return DOTS + sliceBytes(text, length - kept, length);
}

function abbrev(width: GoNumber, text: string): string {
  const most = Number(width.value);
  return most < 4 ? text : abbreviate(text, 0, most);
}

function abbrevboth(left: GoNumber, right: GoNumber, text: string): string {
  const offset = Number(left.value);
  const most = Number(right.value);
  return most < 4 || (offset > 0 && most < 7)
    ? text
    : abbreviate(text, offset, most);
}

/** `Initials` of goutils 1.1, for which every byte is a rune. */
function initials(text: string): string {
  let found = '';
  let atStart = true;
  for (const byte of encodeUtf8(text)) {
    if (isSpace(byte)) {
      atStart = true;
    } else if (atStart) {
      found += String.fromCharCode(byte);
      atStart = false;
    }
  }
  return found;
}

/** `DeleteWhiteSpace` of goutils 1.1; see {@link initials}. */
function nospace(text: string): string {
  if (isAscii(text)) {
    return text.replace(/[\t-\r ]+/g, '');
  }
  const bytes = encodeUtf8(text);
  let kept = '';
  for (const byte of bytes) {
    if (!isSpace(byte)) {
      kept += String.fromCharCode(byte);
    }
  }
  return kept.length === bytes.length ? text : kept;
}

/** Functions that take a part of a text by its bytes. */
export const cutFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ['trunc', goFunction([INT, STRING], trunc)],
  ['substr', goFunction([INT, INT, STRING], substr)],
  ['abbrev', goFunction([INT, STRING], abbrev)],
  ['abbrevboth', goFunction([INT, INT, STRING], abbrevboth)],
  ['initials', goFunction([STRING], initials)],
  ['nospace', goFunction([STRING], nospace)],
]);
