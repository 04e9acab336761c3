/** What a registry wants to see before it answers (RFC 9110, RFC 6750). */
export interface Challenge {
  /** In lower case. */
  scheme: string;
  /** By name in lower case. */
  parameters: Readonly<Record<string, string>>;
}

const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
const SEPARATOR = /[\s,]*/y;
const ASSIGN = /\s*=\s*/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/y;
/** What servers write without quotes although they should not. */
const BARE = /[^\s,"]+/y;

/** Longer headers are of no server that means well. */
const LONGEST = 8192;

/**
 * Reads a WWW-Authenticate header, which may hold several challenges, and gives
 * the first that can be met: bearer or basic.
 */
export function readChallenge(
  header: string | undefined,
): Challenge | undefined {
  const challenges = parseChallenges((header ?? '').slice(0, LONGEST));
  return challenges.find(({ scheme }) => ['bearer', 'basic'].includes(scheme));
}

function parseChallenges(text: string): Challenge[] {
  const challenges: {
    scheme: string;
    parameters: Record<string, string>;
  }[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) {
      at = pattern.lastIndex;
    }
    return match;
  };
  while (at < text.length) {
    take(SEPARATOR);
    const word = take(TOKEN)?.[0].toLowerCase();
    if (word === undefined) {
      break;
    }
    const current = challenges[challenges.length - 1];
    if (current && take(ASSIGN)) {
      const quoted = take(QUOTED);
      const value = quoted
        ? quoted[1].replace(/\\(.)/g, '$1')
        : (take(BARE)?.[0] ?? '');
      if (!Object.hasOwn(current.parameters, word)) {
        current.parameters[word] = value;
      }
    } else {
      challenges.push({ scheme: word, parameters: Object.create(null) });
    }
  }
  return challenges;
}
