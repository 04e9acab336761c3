const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
/** `[` and `{` are this with another bit; so are `]` and `}`. */
const OPEN = 0x5b;
const CLOSE = 0x5d;
const CASE = 0x20;

/**
 * How deep a JSON text is nested and, at most, how many values it has; of a
 * text that is no JSON, anything.
 */
export function boundsOfJson(bytes: Uint8Array): {
  depth: number;
  values: number;
} {
  let depth = 0;
  let deepest = 0;
  let values = 1;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at++;
      while (at < bytes.length && bytes[at] !== QUOTE) {
        at += bytes[at] === BACKSLASH ? 2 : 1;
      }
    } else if (byte === COMMA) {
      values++;
    } else if ((byte | CASE) === (OPEN | CASE)) {
      values++;
      deepest = Math.max(deepest, ++depth);
    } else if ((byte | CASE) === (CLOSE | CASE)) {
      depth--;
    }
  }
  return { depth: deepest, values };
}
