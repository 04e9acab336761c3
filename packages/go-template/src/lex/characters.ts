const LETTER_OR_DIGIT = /^[\p{L}\p{Nd}]$/u;
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u;

/** White space inside of actions, and what trim markers remove. */
export function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;
}

/** Characters of names. */
export function isAlphaNumeric(code: number): boolean {
  if (code < 0x80) {
    return (
      (code >= 0x61 && code <= 0x7a) ||
      (code >= 0x41 && code <= 0x5a) ||
      (code >= 0x30 && code <= 0x39) ||
      code === 0x5f
    );
  }
  return LETTER_OR_DIGIT.test(String.fromCodePoint(code));
}

/** Go's `unicode.IsPrint`: letters, marks, numbers, signs, and the blank. */
export function isPrint(code: number): boolean {
  if (code < 0x7f) {
    return code >= 0x20;
  }
  return code <= 0x10ffff && PRINTABLE.test(String.fromCodePoint(code));
}
