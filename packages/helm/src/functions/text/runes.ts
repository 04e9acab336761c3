/**
 * What Go's `unicode` says of runes. Tables are those of the JavaScript engine,
 * whose version of Unicode may be newer than Go's.
 */
const RUNE_ERROR = 0xfffd;

const NOT_ASCII = /[^\0-\x7f]/;
const SURROGATE = /[\ud800-\udfff]/;
const LONE_SURROGATE = /\p{Surrogate}/u;
const LONE_SURROGATES = /\p{Surrogate}/gu;

/** Whether bytes and UTF-16 units of the text are the same. */
export function isAscii(text: string): boolean {
  return !NOT_ASCII.test(text);
}

/** Whether there are bytes in the text that are not UTF-8. */
export function hasRawBytes(text: string): boolean {
  return SURROGATE.test(text) && LONE_SURROGATE.test(text);
}

/**
 * The text with the replacement character for every byte that is not UTF-8,
 * as Go's conversion to runes gives it. Its length stays.
 */
export function toRunesText(text: string): string {
  return SURROGATE.test(text) ? text.replace(LONE_SURROGATES, '\ufffd') : text;
}

/** UTF-16 units of the rune at the place. */
export function widthAt(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

/** The runes; a byte that is not UTF-8 is the replacement character. */
export function runesOf(text: string): number[] {
  return Array.from(toRunesText(text), rune => rune.codePointAt(0)!);
}

/** The text of runes that {@link runesOf} gave. */
export function textOfRunes(runes: Iterable<number>): string {
  let text = '';
  for (const rune of runes) {
    text += String.fromCodePoint(rune);
  }
  return text;
}

/** Whether Go cannot tell the unit from a byte that is not UTF-8. */
export function isRuneError(rune: number): boolean {
  return rune === RUNE_ERROR || (rune >= 0xd800 && rune <= 0xdfff);
}

/** `unicode.IsSpace`. */
export function isSpace(rune: number): boolean {
  if (rune < 0x80) {
    return rune === 0x20 || (rune >= 0x09 && rune <= 0x0d);
  }
  switch (rune) {
    case 0x85:
    case 0xa0:
    case 0x1680:
    case 0x2028:
    case 0x2029:
    case 0x202f:
    case 0x205f:
    case 0x3000:
      return true;
    default:
      return rune >= 0x2000 && rune <= 0x200a;
  }
}

function classOf(pattern: RegExp): (rune: number) => boolean {
  const ascii = Array.from({ length: 0x80 }, (_, rune) =>
    pattern.test(String.fromCharCode(rune)),
  );
  return rune =>
    rune < 0x80 ? ascii[rune] : pattern.test(String.fromCodePoint(rune));
}

/** `unicode.IsUpper`. */
export const isUpper = classOf(/\p{Lu}/u);
/** `unicode.IsLower`. */
export const isLower = classOf(/\p{Ll}/u);
/** `unicode.IsTitle`. */
export const isTitle = classOf(/\p{Lt}/u);
/** `unicode.IsLetter`. */
export const isLetter = classOf(/\p{L}/u);
/** `unicode.IsDigit`. */
export const isDigit = classOf(/\p{Nd}/u);
/** `unicode.IsNumber`. */
export const isNumber = classOf(/\p{N}/u);
/** `unicode.IsPunct`. */
export const isPunct = classOf(/\p{P}/u);

/** The rune of a text that is one; undefined for longer texts. */
function single(text: string): number | undefined {
  const rune = text.codePointAt(0)!;
  return text.length === (rune > 0xffff ? 2 : 1) ? rune : undefined;
}

/**
 * `unicode.ToUpper`: always one rune. Where Unicode's full mapping has more,
 * the rune stays, but for Greek letters with an iota below.
 */
export function toUpper(rune: number): number {
  const upper = single(String.fromCodePoint(rune).toUpperCase());
  if (upper !== undefined) {
    return upper;
  }
  if (rune >= 0x1f80 && rune <= 0x1faf) {
    return rune | 8;
  }
  return rune === 0x1fb3 || rune === 0x1fc3 || rune === 0x1ff3
    ? rune + 9
    : rune;
}

/** `unicode.ToLower`: always one rune, and the final sigma is like others. */
export function toLower(rune: number): number {
  const lower = single(String.fromCodePoint(rune).toLowerCase());
  return lower ?? (rune === 0x130 ? 0x69 : rune);
}

/** `unicode.ToTitle`. */
export function toTitle(rune: number): number {
  if (rune >= 0x1c4 && rune <= 0x1cc) {
    return rune - ((rune - 0x1c4) % 3) + 1;
  }
  if (rune >= 0x1f1 && rune <= 0x1f3) {
    return 0x1f2;
  }
  const isGeorgian = rune >= 0x10d0 && rune <= 0x10ff;
  return isGeorgian ? rune : toUpper(rune);
}
