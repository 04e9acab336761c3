import { decodeUtf8, encodeUtf8, escapedByte } from '../values/utf8';

const SIMPLE: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
};

/** Digits after the letter, by escape. */
const HEX: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/**
 * The value of a quoted or raw string, with Go's escapes; undefined where it
 * is none.
 */
export function unquote(quoted: string): string | undefined {
  const inner = quoted.slice(1, -1);
  if (quoted[0] === '`') {
    return inner.replaceAll('\r', '');
  }
  if (!inner.includes('\\')) {
    return inner;
  }
  let text = '';
  let hasBytes = false;
  for (let i = 0; i < inner.length;) {
    if (inner[i] !== '\\') {
      text += inner[i++];
      continue;
    }
    const escape = readEscape(inner, i, '"');
    if (!escape) {
      return undefined;
    }
    i = escape.end;
    if (escape.isByte && escape.code >= 0x80) {
      hasBytes = true;
      text += escapedByte(escape.code);
    } else {
      text += String.fromCodePoint(escape.code);
    }
  }
  return hasBytes ? decodeUtf8(encodeUtf8(text)) : text;
}

/**
 * The code point of a character constant; `syntax` where its escape is wrong,
 * `malformed` where it is not one character.
 */
export function unquoteChar(quoted: string): number | 'syntax' | 'malformed' {
  const code = quoted.codePointAt(1)!;
  if (code === 0x27) {
    return 'syntax';
  }
  let end = 1 + (code > 0xffff ? 2 : 1);
  let value = code;
  if (code === 0x5c) {
    const escape = readEscape(quoted, 1, "'");
    if (!escape) {
      return 'syntax';
    }
    ({ end, code: value } = escape);
  }
  return quoted.slice(end) === "'" ? value : 'malformed';
}

function readEscape(
  text: string,
  at: number,
  quote: string,
): { code: number; end: number; isByte: boolean } | undefined {
  const letter = text[at + 1];
  if (letter === undefined) {
    return undefined;
  }
  if (letter === quote) {
    return { code: letter.charCodeAt(0), end: at + 2, isByte: false };
  }
  if (Object.hasOwn(SIMPLE, letter)) {
    return { code: SIMPLE[letter], end: at + 2, isByte: false };
  }
  if (Object.hasOwn(HEX, letter)) {
    const end = at + 2 + HEX[letter];
    const digits = text.slice(at + 2, end);
    if (digits.length !== HEX[letter] || !/^[\da-f]+$/i.test(digits)) {
      return undefined;
    }
    const code = parseInt(digits, 16);
    if (letter !== 'x' && (code > 0x10ffff || code >> 11 === 0x1b)) {
      return undefined;
    }
    return { code, end, isByte: letter === 'x' };
  }
  const octal = /^[0-7]{3}/.exec(text.slice(at + 1, at + 4))?.[0];
  const code = octal === undefined ? 256 : parseInt(octal, 8);
  return code > 255 ? undefined : { code, end: at + 4, isByte: true };
}
