/**
 * Whether a text matches a pattern of OpenSSH: `*` stands for any characters,
 * `?` for one (ssh_config(5), PATTERNS). Time is at most the product of both
 * lengths, whatever the pattern.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++;
      resume = t;
    } else if (
      p < pattern.length &&
      (pattern[p] === '?' || pattern[p] === text[t])
    ) {
      p++;
      t++;
    } else if (star >= 0) {
      // The last star takes one character more; earlier ones need not change.
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') {
    p++;
  }
  return p === pattern.length;
}
