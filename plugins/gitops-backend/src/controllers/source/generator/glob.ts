/**
 * Patterns of names, as Go's `path.Match` (`*`, `?`, `[a-z]`, `[^a]`, `\`) and
 * doublestar 4 (besides: `[!a]`, `{a,b}`, and `**` for any number of folders) have
 * them. Matching takes time in proportion to pattern and name, whatever they are.
 */

type Token =
  | { type: 'any' }
  | { type: 'one' }
  | { type: 'char'; char: string }
  | { type: 'class'; negated: boolean; ranges: [string, string][] };

/** Which signs negate a class. */
type Dialect = { negations: string };

const PATH_MATCH: Dialect = { negations: '^' };
const DOUBLESTAR: Dialect = { negations: '^!' };
/** Patterns that one with braces may stand for. */
const MAX_ALTERNATIVES = 256;

/** Something that is not a pattern. */
export class PatternError extends Error {
  constructor() {
    super('syntax error in pattern');
    this.name = 'PatternError';
  }
}

/** A name, without slashes, and what it has to be like. */
export type NamePattern = (name: string) => boolean;

/**
 * Compiles a pattern of Go's `path.Match` for one name.
 *
 * @throws PatternError
 */
export function compileName(pattern: string): NamePattern {
  const tokens = parse(pattern, PATH_MATCH);
  return name => matches(tokens, [...name]);
}

/**
 * Compiles a pattern of doublestar 4 for paths.
 *
 * @throws PatternError
 */
export function compileDoublestar(pattern: string): NamePattern {
  const alternatives = expandBraces(pattern).map(alternative =>
    alternative
      .split('/')
      .map(part => (part === '**' ? part : parse(part, DOUBLESTAR))),
  );
  return path => {
    const names = path.split('/').map(name => [...name]);
    return alternatives.some(parts => matchesPath(parts, names));
  };
}

function matchesPath(
  parts: readonly (readonly Token[] | '**')[],
  names: readonly string[][],
): boolean {
  // From the end: whether what is left of the pattern matches what is left of the path.
  let next = names.map(() => false).concat(true);
  for (const part of [...parts].reverse()) {
    const current = Array<boolean>(names.length + 1).fill(false);
    for (let at = names.length; at >= 0; at--) {
      current[at] =
        part === '**'
          ? next[at] || (current[at + 1] ?? false)
          : at < names.length && next[at + 1] && matches(part, names[at]);
    }
    next = current;
  }
  return next[0];
}

/** One star at a time is moved: those before it need not be looked at again. */
function matches(tokens: readonly Token[], name: readonly string[]): boolean {
  let token = 0;
  let at = 0;
  let star = -1;
  let restart = 0;
  while (at < name.length) {
    const current = tokens[token];
    if (current?.type === 'any') {
      star = token++;
      restart = at;
    } else if (current && fits(current, name[at])) {
      token++;
      at++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++restart;
    } else {
      return false;
    }
  }
  return tokens.slice(token).every(({ type }) => type === 'any');
}

function fits(token: Token, char: string): boolean {
  switch (token.type) {
    case 'one':
      return true;
    case 'char':
      return token.char === char;
    case 'class':
      return (
        token.ranges.some(([low, high]) => low <= char && char <= high) !==
        token.negated
      );
    default:
      return false;
  }
}

function parse(pattern: string, dialect: Dialect): Token[] {
  const chars = [...pattern];
  const tokens: Token[] = [];
  let at = 0;
  const take = (): string => {
    if (at >= chars.length) {
      throw new PatternError();
    }
    return chars[at++];
  };
  const literal = (): string => {
    const char = take();
    return char === '\\' ? take() : char;
  };
  while (at < chars.length) {
    const char = chars[at];
    if (char === '*') {
      at++;
      if (tokens[tokens.length - 1]?.type !== 'any') {
        tokens.push({ type: 'any' });
      }
    } else if (char === '?') {
      at++;
      tokens.push({ type: 'one' });
    } else if (char === '[') {
      at++;
      tokens.push(readClass());
    } else {
      tokens.push({ type: 'char', char: literal() });
    }
  }
  return tokens;

  function readClass(): Token {
    const negated = at < chars.length && dialect.negations.includes(chars[at]);
    if (negated) {
      at++;
    }
    const ranges: [string, string][] = [];
    while (chars[at] !== ']' || ranges.length === 0) {
      if (chars[at] === ']' || chars[at] === '-') {
        throw new PatternError();
      }
      const low = literal();
      let high = low;
      if (chars[at] === '-') {
        at++;
        if (chars[at] === ']' || chars[at] === '-') {
          throw new PatternError();
        }
        high = literal();
      }
      ranges.push([low, high]);
    }
    at++;
    return { type: 'class', negated, ranges };
  }
}

/** `a{b,c}` is `ab` or `ac`; braces may be in each other. */
function expandBraces(pattern: string): string[] {
  let prefixes = [''];
  let at = 0;
  const addAll = (texts: readonly string[]) => {
    prefixes = prefixes.flatMap(prefix => texts.map(text => prefix + text));
    if (prefixes.length > MAX_ALTERNATIVES) {
      throw new PatternError();
    }
  };
  while (at < pattern.length) {
    const char = pattern[at];
    if (char === '\\') {
      addAll([pattern.slice(at, at + 2)]);
      at += 2;
    } else if (char === '{') {
      const { options, end } = readBraces(pattern, at);
      addAll(options.flatMap(expandBraces));
      at = end;
    } else {
      const plain = /[^\\{]+/y;
      plain.lastIndex = at;
      const [text] = plain.exec(pattern)!;
      addAll([text]);
      at += text.length;
    }
  }
  return prefixes;
}

function readBraces(
  pattern: string,
  start: number,
): { options: string[]; end: number } {
  const options: string[] = [];
  let depth = 0;
  let from = start + 1;
  for (let at = start; at < pattern.length; at++) {
    const char = pattern[at];
    if (char === '\\') {
      at++;
    } else if (char === '{') {
      depth++;
    } else if (char === ',' && depth === 1) {
      options.push(pattern.slice(from, at));
      from = at + 1;
    } else if (char === '}' && --depth === 0) {
      options.push(pattern.slice(from, at));
      return { options, end: at + 1 };
    }
  }
  throw new PatternError();
}
