/** A pattern that Go's `filepath.Match` refuses. */
export class BadPatternError extends Error {}

interface Chunk {
  /** Whether a star precedes it. */
  star: boolean;
  items: Item[];
  /** Why it cannot be read. */
  error?: BadPatternError;
}

type Item =
  | { kind: 'literal'; char: string }
  | { kind: 'any' }
  | { kind: 'class'; negated: boolean; ranges: [string, string][] };

/**
 * Go's `filepath.Match` on Unix: `*`, `?`, `[a-z]`, `[^a]` and `\\`, the first
 * two of which never match a slash. The returned function takes time that
 * grows with the product of the lengths, not exponentially. It throws a
 * BadPatternError where a malformed part of the pattern is reached.
 */
export function compilePath(pattern: string): (path: string) => boolean {
  const chunks = readChunks([...pattern]);
  return path => matchChunks(chunks, [...path]);
}

function readChunks(pattern: string[]): Chunk[] {
  const chunks: Chunk[] = [];
  let i = 0;
  while (i < pattern.length) {
    let star = false;
    for (; pattern[i] === '*'; i++) {
      star = true;
    }
    const end = chunkEnd(pattern, i);
    chunks.push({ star, ...readItems(pattern.slice(i, end)) });
    i = end;
  }
  return chunks;
}

/** Where the next star is that does not stand in brackets. */
function chunkEnd(pattern: string[], start: number): number {
  let inClass = false;
  for (let i = start; i < pattern.length; i++) {
    switch (pattern[i]) {
      case '\\':
        i++;
        break;
      case '[':
        inClass = true;
        break;
      case ']':
        inClass = false;
        break;
      case '*':
        if (!inClass) {
          return i;
        }
        break;
      default:
    }
  }
  return pattern.length;
}

function readItems(chunk: string[]): Omit<Chunk, 'star'> {
  const items: Item[] = [];
  try {
    for (let i = 0; i < chunk.length;) {
      const { item, next } = readItem(chunk, i);
      items.push(item);
      i = next;
    }
    return { items };
  } catch (error) {
    if (error instanceof BadPatternError) {
      return { items, error };
    }
    throw error;
  }
}

function readItem(pattern: string[], at: number): { item: Item; next: number } {
  switch (pattern[at]) {
    case '?':
      return { item: { kind: 'any' }, next: at + 1 };
    case '[':
      return readClass(pattern, at + 1);
    case '\\':
      if (at + 1 >= pattern.length) {
        throw new BadPatternError('the pattern ends with a backslash');
      }
      return {
        item: { kind: 'literal', char: pattern[at + 1] },
        next: at + 2,
      };
    default:
      return { item: { kind: 'literal', char: pattern[at] }, next: at + 1 };
  }
}

function readClass(pattern: string[], start: number) {
  let i = start;
  const negated = pattern[i] === '^';
  if (negated) {
    i++;
  }
  const ranges: [string, string][] = [];
  const readChar = (): string => {
    if (pattern[i] === '-' || pattern[i] === ']') {
      throw new BadPatternError(`'${pattern[i]}' needs a backslash in a class`);
    }
    if (pattern[i] === '\\') {
      i++;
    }
    // A class must go on after each of its characters.
    if (i + 1 >= pattern.length) {
      throw new BadPatternError('a class has no end');
    }
    return pattern[i++];
  };
  while (!(pattern[i] === ']' && ranges.length > 0)) {
    if (i >= pattern.length) {
      throw new BadPatternError('a class has no end');
    }
    const low = readChar();
    let high = low;
    if (pattern[i] === '-') {
      i++;
      high = readChar();
    }
    ranges.push([low, high]);
  }
  const item: Item = { kind: 'class', negated, ranges };
  return { item, next: i + 1 };
}

/** Greedy: each chunk at its first place, as Go does it. */
function matchChunks(chunks: Chunk[], path: string[]): boolean {
  let at = 0;
  for (const [index, { star, items, error }] of chunks.entries()) {
    if (error) {
      throw error;
    }
    const last = index === chunks.length - 1;
    if (star && items.length === 0) {
      return !path.includes('/', at);
    }
    const fits = (from: number) => {
      const end = matchItems(items, path, from);
      return end !== undefined && (!last || end === path.length)
        ? end
        : undefined;
    };
    let end = fits(at);
    for (let i = at; star && end === undefined && i < path.length; i++) {
      if (path[i] === '/') {
        return false;
      }
      end = fits(i + 1);
    }
    if (end === undefined) {
      return false;
    }
    at = end;
  }
  return at === path.length;
}

function matchItems(
  items: Item[],
  path: string[],
  from: number,
): number | undefined {
  if (from + items.length > path.length) {
    return undefined;
  }
  for (const [i, item] of items.entries()) {
    if (!matchItem(item, path[from + i])) {
      return undefined;
    }
  }
  return from + items.length;
}

function matchItem(item: Item, char: string): boolean {
  switch (item.kind) {
    case 'literal':
      return item.char === char;
    case 'any':
      return char !== '/';
    default: {
      const code = char.codePointAt(0)!;
      const inside = item.ranges.some(
        ([low, high]) =>
          low.codePointAt(0)! <= code && code <= high.codePointAt(0)!,
      );
      return inside !== item.negated;
    }
  }
}
