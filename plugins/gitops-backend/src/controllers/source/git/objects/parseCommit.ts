import { GitError } from '../GitError';

/** What a commit says of itself. */
export interface Commit {
  tree: string;
  parents: string[];
  author: string;
  authorEmail: string;
  /** When it was committed; milliseconds since the epoch. */
  time: number;
  message: string;
}

/** Bytes of a commit or tag; more is no message that anybody wrote. */
export const LARGEST_COMMIT = 4 * 1_024 * 1_024;

/** @throws GitError `GIT_CORRUPT` */
export function parseCommit(raw: Buffer, oid: string): Commit {
  const end = raw.indexOf('\n\n');
  const head = raw.toString('utf8', 0, end < 0 ? raw.length : end);
  const lines = head.split('\n');
  const values = (name: string) =>
    lines
      .filter(line => line.startsWith(`${name} `))
      .map(line => line.slice(name.length + 1));
  const [tree] = values('tree');
  const [committer = ''] = values('committer');
  const [author = ''] = values('author');
  if (!tree || !isOid(tree) || !values('parent').every(isOid)) {
    throw new GitError('GIT_CORRUPT', `the commit ${oid} cannot be read`);
  }
  const seconds = Number(/> (-?\d+) [-+]\d+$/.exec(committer)?.[1] ?? 0);
  return {
    tree,
    parents: values('parent'),
    author: author.replace(/ ?<.*$/, ''),
    authorEmail: /<([^>]*)>/.exec(author)?.[1] ?? '',
    // Beyond what a date can hold, it is as if it were not there.
    time: Math.abs(seconds) <= 8.64e12 ? seconds * 1_000 : 0,
    message:
      end < 0 ? '' : decode(raw.subarray(end + 2), values('encoding')[0]),
  };
}

function isOid(text: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

function decode(bytes: Buffer, encoding: string | undefined): string {
  try {
    return new TextDecoder(encoding).decode(bytes);
  } catch {
    return bytes.toString('utf8');
  }
}
