import { GoError } from '@backstage-gitops/go-template';
import { mustCompileError, Pattern } from './Pattern';

/** Instructions of all patterns that are kept. */
const MAX_SIZE = 100_000;
const MAX_PATTERNS = 500;

/** Patterns that were used last, by their text. */
export class PatternCache {
  private readonly patterns = new Map<string, Pattern>();
  private size = 0;
  private last?: Pattern;

  /** @throws GoError with the message of `regexp.Compile` */
  compile(source: string): Pattern {
    if (this.last?.source === source) {
      return this.last;
    }
    let pattern = this.patterns.get(source);
    if (pattern) {
      this.patterns.delete(source);
      this.patterns.set(source, pattern);
    } else {
      pattern = Pattern.compile(source);
      this.add(pattern);
    }
    this.last = pattern;
    return pattern;
  }

  /** @throws GoError with the message of `regexp.MustCompile` */
  mustCompile(source: string): Pattern {
    try {
      return this.compile(source);
    } catch (error) {
      throw error instanceof GoError ? mustCompileError(source, error) : error;
    }
  }

  private add(pattern: Pattern): void {
    this.patterns.set(pattern.source, pattern);
    this.size += cost(pattern);
    // The oldest go first, also this one where it is too large alone.
    for (const [source, oldest] of this.patterns) {
      if (this.size <= MAX_SIZE && this.patterns.size <= MAX_PATTERNS) {
        return;
      }
      this.patterns.delete(source);
      this.size -= cost(oldest);
    }
  }
}

function cost({ size, source }: Pattern): number {
  return size + source.length;
}
