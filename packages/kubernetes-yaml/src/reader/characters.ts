/** Character codes the reader tells apart. */
export const TAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SPACE = 0x20;
export const DOUBLE_QUOTE = 0x22;
export const HASH = 0x23;
export const PERCENT = 0x25;
export const AMPERSAND = 0x26;
export const SINGLE_QUOTE = 0x27;
export const ASTERISK = 0x2a;
export const COMMA = 0x2c;
export const DASH = 0x2d;
export const DOT = 0x2e;
export const COLON = 0x3a;
export const GREATER = 0x3e;
export const QUESTION = 0x3f;
export const OPEN_BRACKET = 0x5b;
export const BACKSLASH = 0x5c;
export const CLOSE_BRACKET = 0x5d;
export const BAR = 0x7c;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
export const BANG = 0x21;

/** A line break of YAML 1.1: LF, CR, NEL, LS, PS. */
export function isBreak(code: number): boolean {
  return (
    code === LF ||
    code === CR ||
    code === 0x85 ||
    code === 0x2028 ||
    code === 0x2029
  );
}

/** Space or tab. */
export function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

/** Space, tab, line break or the end (`charCodeAt` gives NaN there). */
export function isBlankOrEnd(code: number): boolean {
  // Most characters are letters and digits.
  if (code > SPACE && code < 0x7f) {
    return false;
  }
  return code === SPACE || code === TAB || isBreak(code) || Number.isNaN(code);
}

/** One of `,[]{}`. */
export function isFlowIndicator(code: number): boolean {
  return (
    code === COMMA ||
    code === OPEN_BRACKET ||
    code === CLOSE_BRACKET ||
    code === OPEN_BRACE ||
    code === CLOSE_BRACE
  );
}

// Below 128, so that one look at a table tells.
const RESERVED = new Uint8Array(128);
for (const char of ',]}|>%@`#') {
  RESERVED[char.charCodeAt(0)] = 1;
}

/** One of the characters that cannot start a plain scalar. */
export function isReserved(code: number): boolean {
  return code < 128 && RESERVED[code] === 1;
}
