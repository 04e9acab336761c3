/**
 * Go's strings are bytes. Here they are JavaScript strings, in which a byte
 * that belongs to no UTF-8 sequence is the lone surrogate U+DC00 + byte.
 */
const ESCAPE = 0xdc00;

/** The number of bytes of the string in UTF-8. @public */
export function byteLength(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      continue;
    }
    if (unit < 0x800) {
      bytes += 1;
    } else if (isHigh(unit) && isLow(text.charCodeAt(i + 1))) {
      bytes += 2;
      i++;
    } else if (!isEscape(unit)) {
      bytes += 2;
    }
  }
  return bytes;
}

/** The string as UTF-8, with the bytes that are none. @public */
export function encodeUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(byteLength(text));
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code < 0x80) {
      bytes[at++] = code;
      continue;
    }
    if (isHigh(code) && isLow(text.charCodeAt(i + 1))) {
      code = text.codePointAt(i)!;
      i++;
    } else if (isEscape(code)) {
      bytes[at++] = code - ESCAPE;
      continue;
    } else if (code >= 0xd800 && code <= 0xdfff) {
      code = 0xfffd;
    }
    if (code < 0x800) {
      bytes[at++] = 0xc0 | (code >> 6);
    } else {
      if (code < 0x10000) {
        bytes[at++] = 0xe0 | (code >> 12);
      } else {
        bytes[at++] = 0xf0 | (code >> 18);
        bytes[at++] = 0x80 | ((code >> 12) & 0x3f);
      }
      bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
    }
    bytes[at++] = 0x80 | (code & 0x3f);
  }
  return bytes;
}

/** The string of these bytes. @public */
export function decodeUtf8(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length;) {
    const length = sequenceLength(bytes, i);
    if (length === 0) {
      text += String.fromCharCode(ESCAPE + bytes[i]);
      i++;
    } else {
      text += String.fromCodePoint(codePoint(bytes, i, length));
      i += length;
    }
  }
  return text;
}

/** Bytes at the place that are one character; 0 where they are none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at];
  if (first < 0x80) {
    return 1;
  }
  let length = 2;
  let least = 0x80;
  let most = 0xbf;
  if (first < 0xc2 || first > 0xf4) {
    return 0;
  }
  if (first >= 0xf0) {
    length = 4;
    least = first === 0xf0 ? 0x90 : least;
    most = first === 0xf4 ? 0x8f : most;
  } else if (first >= 0xe0) {
    length = 3;
    least = first === 0xe0 ? 0xa0 : least;
    most = first === 0xed ? 0x9f : most;
  }
  if (at + length > bytes.length) {
    return 0;
  }
  if (bytes[at + 1] < least || bytes[at + 1] > most) {
    return 0;
  }
  for (let i = at + 2; i < at + length; i++) {
    if ((bytes[i] & 0xc0) !== 0x80) {
      return 0;
    }
  }
  return length;
}

function codePoint(bytes: Uint8Array, at: number, length: number): number {
  if (length === 1) {
    return bytes[at];
  }
  let code = bytes[at] & (0xff >> (length + 1));
  for (let i = at + 1; i < at + length; i++) {
    code = (code << 6) | (bytes[i] & 0x3f);
  }
  return code;
}

/** Whether the code unit (not part of a pair) stands for a byte. */
export function isEscape(unit: number): boolean {
  return unit >= ESCAPE + 0x80 && unit <= ESCAPE + 0xff;
}

/** The code unit that stands for a byte of 0x80 and above. */
export function escapedByte(byte: number): string {
  return String.fromCharCode(ESCAPE + byte);
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** The number of runes. */
export function runeCount(text: string): number {
  let runes = text.length;
  for (let i = 0; i + 1 < text.length; i++) {
    if (isHigh(text.charCodeAt(i)) && isLow(text.charCodeAt(i + 1))) {
      runes--;
      i++;
    }
  }
  return runes;
}

/** Compares strings by their bytes, as Go does. @public */
export function compareStrings(a: string, b: string): number {
  if (a === b) {
    return 0;
  }
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) {
      return rank(x) - rank(y);
    }
  }
  return a.length - b.length;
}

/** Surrogates stand for more than any other code unit. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
