import { SemverError } from './errors';
import { parseVersion, Version } from './version';

/**
 * One comparison of a constraint, such as `>=1.2`: what was left out or written
 * as x is remembered, since it makes a range of a version.
 */
export interface Comparator {
  operator: Operator;
  /** The version as written, for reasons. */
  text: string;
  version: Version;
  /** Anything was left out. */
  dirty: boolean;
  /** Minor and patch were left out, but not major. */
  minorDirty: boolean;
  /** Only patch was left out. */
  patchDirty: boolean;
}

export type Operator =
  '' | '=' | '!=' | '>' | '<' | '>=' | '=>' | '<=' | '=<' | '~' | '~>' | '^';

const PLACES = '[0-9xX*|]+';
const IDENTIFIERS = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
/** A version of which any place may be x, X or *; four groups. */
export const PARTIAL = `v?(${PLACES})(?:\\.(${PLACES}))?(?:\\.(${PLACES}))?(-${IDENTIFIERS})?(?:\\+${IDENTIFIERS})?`;

const SPACE = '[\\t\\n\\f\\r ]*';
const OPERATOR = /(?:[!<>]=|=[<>]|~>|[=<>~^])?/y;

/** Reads from left to right and never goes back: linear, whatever the text. */
class Scanner {
  private position = 0;

  constructor(private readonly text: string) {}

  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.text);
    if (!match) return undefined;
    this.position += match[0].length;
    return match;
  }

  skipSpace(): number {
    return this.take(new RegExp(SPACE, 'y'))?.[0].length ?? 0;
  }

  atEnd(): boolean {
    return this.position === this.text.length;
  }
}

/**
 * Reads comparisons that are all to hold, separated by spaces or commas.
 *
 * @throws {@link SemverError} `INVALID_CONSTRAINT`, `INVALID_CONSTRAINT_VERSION`
 */
export function parseComparators(text: string): Comparator[] {
  const invalid = () =>
    new SemverError('INVALID_CONSTRAINT', `improper constraint: ${text}`, text);
  const scanner = new Scanner(text);
  const found: Comparator[] = [];
  scanner.skipSpace();
  for (;;) {
    const operator = scanner.take(OPERATOR)?.[0] ?? '';
    scanner.skipSpace();
    const version = scanner.take(new RegExp(PARTIAL, 'y'));
    if (!version) throw invalid();
    found.push(makeComparator(operator as Operator, version));
    const spaces = scanner.skipSpace();
    if (scanner.atEnd()) return found;
    if (scanner.take(/,/y)) scanner.skipSpace();
    else if (spaces === 0) throw invalid();
  }
}

function makeComparator(
  operator: Operator,
  match: RegExpExecArray,
): Comparator {
  const [text, major, minor, patch, prerelease = ''] = match;
  let exact = text;
  const left = { dirty: true, minorDirty: false, patchDirty: false };
  if (isAny(major)) {
    exact = `0.0.0${prerelease}`;
  } else if (isAny(minor)) {
    exact = `${major}.0.0${prerelease}`;
    left.minorDirty = true;
  } else if (isAny(patch)) {
    exact = `${major}.${minor}.0${prerelease}`;
    left.patchDirty = true;
  } else {
    left.dirty = false;
  }
  try {
    return { operator, text, version: parseVersion(exact), ...left };
  } catch (error) {
    if (!(error instanceof SemverError)) throw error;
    throw new SemverError(
      'INVALID_CONSTRAINT_VERSION',
      `constraint parser error: ${error.message}`,
      text,
    );
  }
}

function isAny(place: string | undefined): boolean {
  return place === undefined || place === 'x' || place === 'X' || place === '*';
}
