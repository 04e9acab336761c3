import { isPrint } from '../lex/characters';
import { encodeUtf8 } from '../values/utf8';

const HTML: Readonly<Record<string, string>> = {
  '\0': '\ufffd',
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
};

/** Go's `template.HTMLEscapeString`. @public */
export function escapeHtml(text: string): string {
  // eslint-disable-next-line no-control-regex -- NUL is one of them
  return text.replace(/[\0"'&<>]/g, character => HTML[character]);
}

const JS: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '<': '\\u003C',
  '>': '\\u003E',
  '&': '\\u0026',
  '=': '\\u003D',
};

/** Go's `template.JSEscapeString`. @public */
export function escapeJs(text: string): string {
  let escaped = '';
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (JS[character]) {
      escaped += JS[character];
    } else if (code < 0x20 || (code >= 0x80 && !isPrint(code))) {
      // A byte that is no UTF-8 is the replacement character for Go, which it
      // takes for printable and writes as it is.
      escaped +=
        code >> 11 === 0x1b
          ? character
          : `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
    } else {
      escaped += character;
    }
  }
  return escaped;
}

/** Go's `url.QueryEscape`. @public */
export function escapeQuery(text: string): string {
  let escaped = '';
  for (const byte of encodeUtf8(text)) {
    const character = String.fromCharCode(byte);
    if (/[\w.~-]/.test(character)) {
      escaped += character;
    } else if (character === ' ') {
      escaped += '+';
    } else {
      escaped += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    }
  }
  return escaped;
}
