import { RE2JS } from 're2js';

/** Stands for the end of the pattern, as in the original. */
const END = '';

const quote = (character: string) => RE2JS.quote(character);

function escape(character: string): string {
  return `\\x{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

class GlobReader {
  private readonly characters: readonly string[];
  private at = 0;
  private terms = 0;

  constructor(pattern: string) {
    this.characters = Array.from(pattern);
  }

  /** A regular expression; undefined where the pattern is a bad one. */
  read(): string | undefined {
    let source = '';
    while (this.at < this.characters.length) {
      const part = this.readPart();
      if (part === undefined) {
        return undefined;
      }
      source += part;
    }
    // Braces that are left open end with the pattern.
    return source + ')'.repeat(this.terms);
  }

  private readPart(): string | undefined {
    const character = this.next();
    switch (character) {
      case '*':
        if (this.characters[this.at] === '*') {
          this.at++;
          return '.*';
        }
        return '[^/]*';
      case '?':
        return '[^/]';
      case '[':
        return this.readRange();
      case '{':
        this.terms++;
        return '(?:';
      case '\\':
        return RE2JS.quote(this.next());
      default:
        return this.terms > 0 ? this.readInTerms(character) : quote(character);
    }
  }

  private readInTerms(character: string): string {
    switch (character) {
      case ',':
        return '|';
      case '}':
        this.terms--;
        return ')';
      default:
        return quote(character);
    }
  }

  /** What is between brackets: one range, or a list of characters. */
  private readRange(): string | undefined {
    const not = this.characters[this.at] === '!' ? '^' : '';
    this.at += not.length;
    if (this.characters[this.at + 1] === '-') {
      const [low, , high, end] = this.characters.slice(this.at, this.at + 4);
      this.at += 4;
      return end === ']' && high >= low
        ? `[${not}${escape(low)}-${escape(high)}]`
        : undefined;
    }
    let list = '';
    for (;;) {
      const character = this.next();
      if (character === END) {
        return undefined;
      }
      if (character === ']') {
        return list === '' ? undefined : `[${not}${list}]`;
      }
      list += escape(character === '\\' ? this.next() : character);
    }
  }

  private next(): string {
    return this.characters[this.at++] ?? END;
  }
}

/**
 * Patterns of `.Files.Glob`, as gobwas/glob 0.2 reads them with `/` between
 * names: `*` and `?` stop at `/`, `**` does not, `[abc]`, `[!a-z]`, `{a,b}`, and
 * `\` before what is meant literally. A bad pattern matches everything.
 */
export function compileGlob(pattern: string): (path: string) => boolean {
  const source = new GlobReader(pattern).read();
  if (source === undefined) {
    return () => true;
  }
  const compiled = RE2JS.compile(source, RE2JS.DOTALL);
  return path => compiled.matches(path);
}
