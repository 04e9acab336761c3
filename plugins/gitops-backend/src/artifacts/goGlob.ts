const SPECIAL = /[\\^$.*+?()[\]{}|/]/;

const literal = (char: string) => (SPECIAL.test(char) ? `\\${char}` : char);

/**
 * Compiles a pattern of Go's `filepath.Match`: `*`, `?`, `[a-z]`, `[^a]` and
 * `\` as an escape, none of which matches a slash. Undefined for a malformed
 * pattern, which matches nothing.
 */
export function compileGoGlob(pattern: string): RegExp | undefined {
  let source = '';
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i];
    if (char === '*') {
      source += '[^/]*';
    } else if (char === '?') {
      source += '[^/]';
    } else if (char === '\\') {
      i += 1;
      if (i >= pattern.length) {
        return undefined;
      }
      source += literal(pattern[i]);
    } else if (char === '[') {
      const parsed = readClass(pattern, i + 1);
      if (!parsed) {
        return undefined;
      }
      source += parsed.source;
      i = parsed.end;
    } else {
      source += literal(char);
    }
  }
  return new RegExp(`^${source}$`, 'su');
}

const classLiteral = (char: string) =>
  /[\\\]^-]/.test(char) ? `\\${char}` : char;

/** Reads from behind `[`; `end` is the index of the closing bracket. */
function readClass(
  pattern: string,
  start: number,
): { source: string; end: number } | undefined {
  let i = start;
  const negated = pattern[i] === '^';
  if (negated) {
    i += 1;
  }
  let ranges = '';
  const readChar = (): string | undefined => {
    if (pattern[i] === '\\') {
      i += 1;
    } else if (pattern[i] === '-' || pattern[i] === ']') {
      return undefined;
    }
    const char = pattern[i];
    i += 1;
    return char;
  };
  while (i < pattern.length) {
    if (pattern[i] === ']' && ranges !== '') {
      return {
        source: negated ? `[^/${ranges}]` : `(?!/)[${ranges}]`,
        end: i,
      };
    }
    const low = readChar();
    let high = low;
    if (pattern[i] === '-') {
      i += 1;
      high = readChar();
    }
    if (low === undefined || high === undefined) {
      return undefined;
    }
    // Go takes a range that runs backwards as one that matches nothing.
    ranges += low <= high ? `${classLiteral(low)}-${classLiteral(high)}` : '';
    if (ranges === '') {
      ranges = '\\0-\\0';
    }
  }
  return undefined;
}
