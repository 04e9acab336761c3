/** What a pattern stands for is a shell's `*`, `?`, `[…]` and `\`. */
class PatternError extends Error {}

/**
 * The text without the part at its beginning that a pattern matches; as it is
 * where none does, or the pattern is none.
 */
export function trimPrefix(
  text: string,
  pattern: string,
  which: 'shortest' | 'longest',
): string {
  const characters = [...text];
  const length = matchedLength([...pattern], characters, which);
  return characters.slice(length).join('');
}

/**
 * As {@link trimPrefix} at the end. Like Flux it turns text and pattern round,
 * whereby a class in brackets loses its meaning.
 */
export function trimSuffix(
  text: string,
  pattern: string,
  which: 'shortest' | 'longest',
): string {
  const characters = [...text].reverse();
  const length = matchedLength([...pattern].reverse(), characters, which);
  return characters.slice(length).reverse().join('');
}

function matchedLength(
  pattern: string[],
  text: string[],
  which: 'shortest' | 'longest',
): number {
  const chunks = chunksOf(pattern);
  let shortest = 0;
  try {
    for (let length = text.length; length > 0; length--) {
      if (matches(chunks, text, length)) {
        if (which === 'longest') {
          return length;
        }
        shortest = length;
      }
    }
  } catch (error) {
    if (error instanceof PatternError) {
      return 0;
    }
    throw error;
  }
  return shortest;
}

interface Chunk {
  /** Anything may stand before it. */
  star: boolean;
  characters: string[];
}

/** Whether a pattern matches the first characters of a text. */
function matches(chunks: Chunk[], text: string[], length: number): boolean {
  let at = 0;
  for (const [i, { star, characters }] of chunks.entries()) {
    if (star && characters.length === 0) {
      return true;
    }
    const isLast = i === chunks.length - 1;
    const furthest = star ? length : at;
    let after: number | undefined;
    for (let from = at; from <= furthest; from++) {
      after = matchChunk(characters, text, from, length);
      if (after === length || (after !== undefined && !isLast)) {
        break;
      }
      after = undefined;
    }
    if (after === undefined) {
      return false;
    }
    at = after;
  }
  return at === length;
}

function chunksOf(pattern: string[]): Chunk[] {
  const chunks: Chunk[] = [];
  let i = 0;
  while (i < pattern.length) {
    let star = false;
    while (pattern[i] === '*') {
      star = true;
      i += 1;
    }
    const start = i;
    let inClass = false;
    for (; i < pattern.length && (inClass || pattern[i] !== '*'); i++) {
      if (pattern[i] === '\\') {
        i += i + 1 < pattern.length ? 1 : 0;
      } else if (pattern[i] === '[') {
        inClass = true;
      } else if (pattern[i] === ']') {
        inClass = false;
      }
    }
    chunks.push({ star, characters: pattern.slice(start, i) });
  }
  return chunks;
}

/** Where a chunk that begins at a place ends; undefined where there is none. */
function matchChunk(
  chunk: string[],
  text: string[],
  from: number,
  end: number,
): number | undefined {
  let at = from;
  for (let i = 0; i < chunk.length; at++) {
    if (at === end) {
      return undefined;
    }
    const character = chunk[i];
    if (character === '[') {
      const inClass = matchClass(chunk, i + 1, text[at]);
      if (!inClass.matches) {
        return undefined;
      }
      i = inClass.end;
    } else if (character === '?') {
      i += 1;
    } else {
      const escaped = character === '\\' ? 1 : 0;
      if (i + escaped === chunk.length) {
        throw new PatternError();
      }
      if (chunk[i + escaped] !== text[at]) {
        return undefined;
      }
      i += 1 + escaped;
    }
  }
  return at;
}

function matchClass(
  chunk: string[],
  start: number,
  character: string,
): { matches: boolean; end: number } {
  const negated = chunk[start] === '^';
  let i = negated ? start + 1 : start;
  const read = (): number => {
    const end = chunk[i] === '\\' ? i + 1 : i;
    if (
      chunk[i] === '-' ||
      chunk[i] === ']' ||
      // Something must follow, if only the bracket.
      end + 1 >= chunk.length
    ) {
      throw new PatternError();
    }
    i = end + 1;
    return chunk[end].codePointAt(0)!;
  };
  const code = character.codePointAt(0)!;
  let found = false;
  for (let ranges = 0; chunk[i] !== ']' || ranges === 0; ranges++) {
    const low = read();
    let high = low;
    if (chunk[i] === '-') {
      i += 1;
      high = read();
    }
    found ||= low <= code && code <= high;
  }
  return { matches: found !== negated, end: i + 1 };
}
