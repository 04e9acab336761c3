import { at } from './json';
import { PullRequestError } from './PullRequestError';

/** An answer of an API. */
export interface ApiAnswer {
  status: number;
  /** By name in lower case. */
  headers: Readonly<Record<string, string>>;
  /** Undefined where it is no JSON. */
  body: unknown;
  /** What the host says about a failure, fit to be shown. */
  words: string;
}

/** Of an answer: what is told otherwise, or is no word of the host. */
const UNTOLD: ReadonlySet<string> = new Set([
  ...['field', 'code', 'resource', 'context', 'pullRequest'],
  'existingPullRequest',
]);
const LONGEST = 300;
const LONGEST_WAIT_MS = 60 * 60 * 1_000;
const DEFAULT_WAIT_MS = 60_000;
/** Shorter ones would be found in any text. */
const SHORTEST_SECRET = 4;
const NOTHING_LEFT =
  /no commits between|no changes to be pulled|already up-to-date|already merged|is already closed/i;

/** What an answer that is no success means, and what to do. */
export function answerError(
  host: string,
  { status, headers, words }: ApiAnswer,
  now: number,
): PullRequestError {
  const said = words && ` (${words})`;
  const spent = headers['x-ratelimit-remaining'] === '0';
  if (
    status === 429 ||
    (status === 403 && (spent || headers['retry-after'] !== undefined))
  ) {
    const retryAfterMs = waitOf(headers, now);
    return new PullRequestError(
      'PULL_REQUEST_RATE_LIMITED',
      `${host} takes no more requests for now; ask again in ${Math.ceil(retryAfterMs / 1_000)} s, or raise the limit of the integration's account`,
      { retryAfterMs },
    );
  }
  // Azure DevOps answers 203 with a page to log in.
  if (status === 401 || status === 403 || status === 203) {
    return new PullRequestError(
      'PULL_REQUEST_FORBIDDEN',
      `${host} does not let the integration do this${said}; give its credential the right to write pull requests of the repository`,
    );
  }
  if (status >= 500) {
    return new PullRequestError(
      'PULL_REQUEST_HOST_DOWN',
      `${host} answered with status ${status}${said}; it is tried again`,
    );
  }
  if (status >= 300 && status < 400) {
    return new PullRequestError(
      'PULL_REQUEST_REFUSED',
      `${host} redirects, which is not followed; the repository may have moved: correct spec.url of the GitRepository, or the credential of the integration`,
    );
  }
  if (isBranchMissing(words)) {
    return new PullRequestError(
      'PULL_REQUEST_BRANCH_MISSING',
      `${host} does not find one of the branches${said}; look whether both are there`,
    );
  }
  if (NOTHING_LEFT.test(words)) {
    return new PullRequestError(
      'PULL_REQUEST_ALREADY_MERGED',
      `${host} finds nothing left to merge${said}; nothing is to be done unless the branch changes`,
    );
  }
  if (status === 404) {
    return new PullRequestError(
      'PULL_REQUEST_NOT_FOUND',
      `${host} does not find the repository, or hides it from the integration${said}; correct spec.url, or give the credential access`,
    );
  }
  return new PullRequestError(
    'PULL_REQUEST_REFUSED',
    `${host} refused with status ${status}${said}; correct what it names`,
  );
}

function isBranchMissing(words: string): boolean {
  return (
    /branch.{0,200}(not found|not exist|no longer exists)/i.test(words) ||
    /NoSuchBranch|\b(head|base) invalid\b/i.test(words)
  );
}

/** The texts of an answer, short, on one line, and without the credential. */
export function hostWords(body: unknown, authorization: string): string {
  const texts: string[] = [];
  for (const key of ['message', 'error', 'errors', 'typeKey']) {
    collect(at(body, key), texts, 0);
  }
  const words = [...new Set(texts)]
    .join('; ')
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  const isTelling = secretsOf(authorization).some(each => words.includes(each));
  return isTelling ? '' : words.slice(0, LONGEST);
}

function collect(value: unknown, texts: string[], depth: number): void {
  if (typeof value === 'string') {
    texts.push(value);
  } else if (typeof value === 'object' && value !== null && depth < 4) {
    // GitHub names the field of a branch beside what is wrong with it.
    const [field, code] = [at(value, 'field'), at(value, 'code')];
    if (typeof field === 'string' && typeof code === 'string') {
      texts.push(`${field} ${code}`);
    }
    for (const [key, inner] of Object.entries(value)) {
      if (!UNTOLD.has(key)) {
        collect(inner, texts, depth + 1);
      }
    }
  }
}

function secretsOf(authorization: string): string[] {
  const [, value = authorization] = authorization.split(' ', 2);
  const decoded = Buffer.from(value, 'base64').toString('utf8');
  const password = decoded.slice(decoded.indexOf(':') + 1);
  return [value, decoded, password].filter(
    each => each.length >= SHORTEST_SECRET,
  );
}

/** Seconds or a date (RFC 9110), or GitHub's second of the epoch. */
function waitOf(headers: ApiAnswer['headers'], now: number): number {
  const after = headers['retry-after'] ?? '';
  const reset = headers['x-ratelimit-reset'] ?? '';
  let wait = DEFAULT_WAIT_MS;
  if (/^\d{1,9}$/.test(after)) {
    wait = Number(after) * 1_000;
  } else if (after && !Number.isNaN(Date.parse(after))) {
    wait = Date.parse(after) - now;
  } else if (/^\d{10}$/.test(reset)) {
    wait = Number(reset) * 1_000 - now;
  }
  return Math.min(Math.max(wait, 1_000), LONGEST_WAIT_MS);
}
