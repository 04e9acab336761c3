import { GoError, sprintf } from '@backstage-gitops/go-template';
import { MatcherInput, RE2JS, RE2JSSyntaxException } from 're2js';
import { hasRawBytes, toRunesText } from '../text/runes';

/** Units of text times instructions of a pattern, in one search. */
const MAX_WORK = 2 ** 31;

/** Where groups start and end, two numbers for each; -1 for those without. */
export type Match = readonly number[];

/** A regular expression with the grammar and the messages of Go's `regexp`. */
export class Pattern {
  /** Instructions of the program. */
  readonly size: number;
  private readonly groups: number;
  private readonly names: Readonly<Record<string, number>>;

  private constructor(
    readonly source: string,
    private readonly re: RE2JS,
  ) {
    this.size = re.programSize();
    this.groups = re.groupCount();
    this.names = re.namedGroups();
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
      if (error instanceof RE2JSSyntaxException) {
        throw syntaxError(error.getDescription(), error.getPattern(), error);
      }
      // The stack, or an array, became too long.
      throw syntaxError('expression nests too deeply', source, error);
    }
  }

  /** Whether the text contains a match. */
  test(text: string): boolean {
    return this.re.test(this.readable(text));
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

  /** The number of a group; undefined where no group has the name. */
  groupNamed(name: string): number | undefined {
    return Object.hasOwn(this.names, name) ? this.names[name] : undefined;
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

const UNANCHORED = 0;

function syntaxError(
  problem: string,
  place: string | null,
  cause?: unknown,
): GoError {
  return new GoError(`error parsing regexp: ${problem}: \`${place ?? ''}\``, {
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
