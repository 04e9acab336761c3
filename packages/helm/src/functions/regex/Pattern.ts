import { GoError, sprintf } from '@backstage-gitops/go-template';
import { MatcherInput, RE2JS, RE2JSSyntaxException } from 're2js';
import { adaptPattern } from './adaptPattern';
import { hasRawBytes, toRunesText } from '../text/runes';

/** Units of text times instructions of a pattern, in one search. */
const MAX_WORK = 2 ** 27;

/** Texts that are searched without more ado. */
const SHORT = 1024;

/** A match may begin anywhere. */
const UNANCHORED = 0;

/**
 * Where groups start and end, two numbers for each; -1 for those without.
 *
 * @public
 */
export type Match = readonly number[];

/**
 * A regular expression with the grammar and the messages of Go's `regexp`, which
 * takes time that is linear in the text.
 *
 * @public
 */
export class Pattern {
  /** Instructions of the program. */
  readonly size: number;
  private readonly groups: number;
  private readonly names: ReadonlyMap<string, readonly number[]>;

  private constructor(
    readonly source: string,
    private readonly re: RE2JS,
    names?: ReadonlyMap<string, readonly number[]>,
  ) {
    this.size = re.programSize();
    this.groups = re.groupCount();
    this.names =
      names ??
      new Map(
        Object.entries(re.namedGroups()).map(([name, group]) => [
          name,
          [group],
        ]),
      );
  }

  /** @throws GoError with the message of `regexp.Compile` */
  static compile(source: string): Pattern {
    const raw = hasRawBytes(source) ? source.search(/\p{Surrogate}/u) : -1;
    if (raw >= 0) {
      throw syntaxError('invalid UTF-8', source.slice(raw));
    }
    try {
      return new Pattern(source, RE2JS.compile(source));
    } catch (error) {
      const adapted = needsAdapting(error) ? adaptPattern(source) : undefined;
      if (adapted === undefined || adapted.source === source) {
        throw asGoError(source, error);
      }
      try {
        const re = RE2JS.compile(adapted.source);
        return new Pattern(source, re, adapted.names);
      } catch (adaptedError) {
        throw asGoError(source, adaptedError, adapted.originals);
      }
    }
  }

  /** Whether the text contains a match. */
  test(text: string): boolean {
    if (text.length <= SHORT) {
      return this.search(text, false)(0) !== undefined;
    }
    // A deterministic automaton is many times as fast here. It may need
    // megabytes, so it is not kept with the pattern.
    const readable = this.readable(text);
    return RE2JS.compile(this.re.pattern()).test(readable);
  }

  /** The first match in the text. */
  find(text: string): string {
    const match = this.search(text, false)(0);
    return match ? text.slice(match[0], match[1]) : '';
  }

  /** Finds the next match from a place on, with its groups if wanted. */
  search(
    text: string,
    withGroups: boolean,
  ): (from: number) => Match | undefined {
    const re2 = this.re.re2();
    const input = MatcherInput.utf16(this.readable(text));
    const groups = withGroups ? this.groups + 1 : 1;
    return from => {
      const [found, match] = re2.matchWithGroup(
        input,
        from,
        text.length,
        UNANCHORED,
        groups,
      );
      return found ? match : undefined;
    };
  }

  /** The numbers of the groups of that name. */
  groupsNamed(name: string): readonly number[] {
    return this.names.get(name) ?? [];
  }

  /** Go reads bytes that are not UTF-8 as replacement characters. */
  private readable(text: string): string {
    if (text.length * this.size > MAX_WORK) {
      throw new GoError(
        `the text of ${text.length} characters is too long for a regular expression of ${this.size} instructions`,
      );
    }
    return toRunesText(text);
  }
}

/** What Go reads in its own way: names of groups and of Unicode classes. */
function needsAdapting(error: unknown): boolean {
  return (
    error instanceof RE2JSSyntaxException &&
    (error.getDescription() === 'duplicate capture group name' ||
      error.getDescription() === 'invalid character class range')
  );
}

function asGoError(
  source: string,
  error: unknown,
  originals?: ReadonlyMap<string, string>,
): GoError {
  if (!(error instanceof RE2JSSyntaxException)) {
    // The stack, or an array, became too long.
    return syntaxError('expression nests too deeply', source, error);
  }
  const problem = error.getDescription();
  const hasNoPlace = problem.startsWith('trailing backslash');
  const place = error.getPattern() ?? (hasNoPlace ? '' : source);
  if (place === '(?P<' && source.endsWith(place)) {
    return syntaxError('invalid or unsupported Perl syntax', '(?P', error);
  }
  return syntaxError(problem, originals?.get(place) ?? place, error);
}

function syntaxError(problem: string, place: string, cause?: unknown): GoError {
  return new GoError(`error parsing regexp: ${problem}: \`${place}\``, {
    cause,
  });
}

/** The error as `regexp.MustCompile` panics with it. */
export function mustCompileError(source: string, error: GoError): GoError {
  return new GoError(
    `regexp: Compile(${sprintf('%#q', [source])}): ${error.message}`,
    { cause: error },
  );
}
