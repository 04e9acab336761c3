// What Go's unicode.IsSpace holds for white space. JavaScript's own notion has
// U+FEFF in addition, and lacks U+0085.
const SPACE =
  '\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const LEADING = new RegExp(`^[${SPACE}]+`);
const SPACES = new RegExp(`[${SPACE}]`, 'g');
const ONE = new RegExp(`^[${SPACE}]$`);

/** Whether a character is white space to Go. */
export function isSpace(character: string): boolean {
  return ONE.test(character);
}

/** Go's `strings.TrimLeftFunc(s, unicode.IsSpace)`. */
export function trimStart(text: string): string {
  return text.replace(LEADING, '');
}

/** Go's `strings.TrimSpace`. */
export function trim(text: string): string {
  const start = trimStart(text);
  // From the end by hand: an expression that ends in `$` would try every run.
  let end = start.length;
  while (end > 0 && isSpace(start[end - 1])) {
    end--;
  }
  return start.slice(0, end);
}

/** Every white space character as a blank. */
export function blankSpaces(text: string): string {
  return text.replace(SPACES, ' ');
}
