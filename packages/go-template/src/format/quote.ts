import { isPrint } from '../lex/characters';
import { isEscape } from '../values/utf8';

const NAMED: Readonly<Record<number, string>> = {
  0x07: '\\a',
  0x08: '\\b',
  0x0c: '\\f',
  0x0a: '\\n',
  0x0d: '\\r',
  0x09: '\\t',
  0x0b: '\\v',
  0x5c: '\\\\',
};

const hex = (code: number, digits: number) =>
  code.toString(16).padStart(digits, '0');

/** Go's `strconv.Quote`, or with `ascii` its `QuoteToASCII`. @public */
export function goQuote(text: string, options?: { ascii?: boolean }): string {
  let quoted = '"';
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i)!;
    if (code > 0xffff) {
      i++;
    }
    quoted += escape(code, '"', options?.ascii ?? false);
  }
  return `${quoted}"`;
}

/** Go's `strconv.QuoteRune`. @public */
export function goQuoteRune(
  code: number,
  options?: { ascii?: boolean },
): string {
  const valid = code >= 0 && code <= 0x10ffff && !(code >> 11 === 0x1b);
  return `'${escape(valid ? code : 0xfffd, "'", options?.ascii ?? false)}'`;
}

function escape(code: number, quote: string, ascii: boolean): string {
  if (code === quote.charCodeAt(0)) {
    return `\\${quote}`;
  }
  if (NAMED[code]) {
    return NAMED[code];
  }
  if (code < 0x80) {
    return code >= 0x20 && code !== 0x7f
      ? String.fromCharCode(code)
      : `\\x${hex(code, 2)}`;
  }
  if (isEscape(code)) {
    return `\\x${hex(code - 0xdc00, 2)}`;
  }
  if (!ascii && isPrint(code)) {
    return String.fromCodePoint(code);
  }
  if (code >> 11 === 0x1b) {
    return '\\ufffd';
  }
  return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`;
}

/** Whether the text can stand between backquotes. */
export function canBackquote(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (
      (code < 0x20 && code !== 0x09) ||
      code === 0x60 ||
      code === 0x7f ||
      code === 0xfeff ||
      isLone(text, i)
    ) {
      return false;
    }
  }
  return true;
}

function isLone(text: string, i: number): boolean {
  const code = text.charCodeAt(i);
  if (code >> 11 !== 0x1b) {
    return false;
  }
  return code < 0xdc00
    ? text.charCodeAt(i + 1) >> 10 !== 0x37
    : text.charCodeAt(i - 1) >> 10 !== 0x36;
}

/** A code point as `%U`, with `sign` as `%#U`, writes it. */
export function unicodeName(code: number, sign: boolean): string {
  if (code < 0) {
    return 'U+FFFFFFFFFFFFFFFF';
  }
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return sign && isPrint(code)
    ? `${name} '${String.fromCodePoint(code)}'`
    : name;
}
