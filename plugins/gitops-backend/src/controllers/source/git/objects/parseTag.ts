import { GitError } from '../GitError';

/** What a tag object stands for. */
export interface Tag {
  object: string;
  type: string;
}

/** @throws GitError `GIT_CORRUPT` */
export function parseTag(raw: Buffer, oid: string): Tag {
  const match = /^object ([0-9a-f]{40}|[0-9a-f]{64})\ntype ([a-z]+)\n/.exec(
    raw.toString('latin1', 0, 128),
  );
  if (!match) {
    throw new GitError('GIT_CORRUPT', `the tag ${oid} cannot be read`);
  }
  return { object: match[1], type: match[2] };
}
