import { ObjectFormat } from '../objects/objectFormat';
import { GitObject, gitObject } from './GitObject';

/** Who commits. */
export interface GitPerson {
  name: string;
  email: string;
}

/** What a commit says. */
export interface NewCommit {
  tree: string;
  parents: readonly string[];
  /** Author and committer. */
  author: GitPerson;
  /** Milliseconds since the epoch. */
  time: number;
  message: string;
}

/** Signs the text of a commit; gives an armored signature. */
export type SignCommit = (text: Buffer) => Promise<string>;

/** A commit, signed where that is wanted (git-commit-tree 2.47). */
export async function writeCommit(
  commit: NewCommit,
  format: ObjectFormat,
  sign?: SignCommit,
): Promise<GitObject> {
  const { tree, parents, author, time, message } = commit;
  const person = `${oneLine(author.name)} <${oneLine(author.email)}> ${Math.floor(time / 1_000)} +0000`;
  const head = [
    `tree ${tree}`,
    ...parents.map(parent => `parent ${parent}`),
    `author ${person}`,
    `committer ${person}`,
  ].join('\n');
  // A NUL would end the message for Git; elsewhere it is told as it is.
  const text = message.replaceAll('\0', '').replace(/\n*$/, '\n');
  const unsigned = Buffer.from(`${head}\n\n${text}`);
  if (!sign) {
    return gitObject('commit', unsigned, format);
  }
  const signature = (await sign(unsigned)).trimEnd().split('\n').join('\n ');
  const field = format === 'sha256' ? 'gpgsig-sha256' : 'gpgsig';
  return gitObject(
    'commit',
    Buffer.from(`${head}\n${field} ${signature}\n\n${text}`),
    format,
  );
}

/** What Git leaves out of names and addresses: what ends them, and lines. */
function oneLine(text: string): string {
  return text
    .replace(/[\0\n\r<>]/g, '')
    .trim()
    .replace(/^[.,:;"'\\\s]+|[.,:;"'\\\s]+$/g, '');
}
