import { GitObject, writePack } from '../../source/git/push/GitObject';
import {
  GitPerson,
  SignCommit,
  writeCommit,
} from '../../source/git/push/writeCommit';
import { GitCheckout } from '../../source/git/GitCheckout';
import { EditedFiles } from './editFiles';

/** A commit that is not pushed yet, and a pack with all that is new with it. */
export interface NewUpdate {
  commit: GitObject;
  pack: Buffer;
}

/** Commits files on top of what was checked out. @throws GitError */
export async function commitUpdates(options: {
  checkout: GitCheckout;
  files: EditedFiles['edited'];
  author: GitPerson;
  message: string;
  /** Milliseconds since the epoch. */
  time: number;
  sign: SignCommit | undefined;
}): Promise<NewUpdate> {
  const { checkout, files, author, message, time, sign } = options;
  const { format } = checkout;
  const tree = await checkout.edit(
    new Map(files.map(({ path, content }) => [path, Buffer.from(content)])),
  );
  const parents = [checkout.commit.oid];
  const commit = await writeCommit(
    { tree: tree.oid, parents, author, time, message },
    format,
    sign,
  );
  return { commit, pack: await writePack([commit, ...tree.objects], format) };
}
