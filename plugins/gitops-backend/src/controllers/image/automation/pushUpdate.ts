import { GitPushError } from '../../source/git/push/GitPushError';
import { ReferenceUpdate } from '../../source/git/push/ReceivePackClient';
import { SignCommit } from '../../source/git/push/writeCommit';
import { commitUpdates } from './commitUpdates';
import { AutomationContext } from './openRepository';
import { PlannedUpdate } from './planUpdate';
import { UpdateRepository } from './UpdateRepository';

const HEADS = 'refs/heads/';

/** A commit that is in the repository now. */
export interface PushedUpdate {
  /** Full hash. */
  commit: string;
  /** Milliseconds since the epoch. */
  at: number;
  message: string;
}

/**
 * Commits a planned update, and pushes it to its branch and its refspec.
 *
 * @throws GitPushError, GitError
 */
export async function pushUpdate(options: {
  context: AutomationContext;
  repository: UpdateRepository;
  planned: PlannedUpdate & { message: string };
  sign: SignCommit | undefined;
  /** Throws where somebody else does this work by now. */
  assertHeld: () => void;
}): Promise<PushedUpdate> {
  const { context, repository, planned, sign, assertHeld } = options;
  const { commit: wanted, push } = context.automation.spec.git!;
  const { branch, start, files, message } = planned;
  const { name = '', email } = wanted.author;
  const at = context.now();
  const { commit, pack } = await commitUpdates({
    ...{ checkout: start.checkout, files: files.edited, message, sign },
    author: { name, email },
    time: at,
  });
  const ref = HEADS + branch;
  assertHeld();
  await repository.push(pack, {
    options: Object.entries(push?.options ?? {}).map(([key, value]) =>
      value === '' ? key : `${key}=${value}`,
    ),
    updates: async find => [
      { ref, from: start.tip, to: commit.oid },
      ...(await besides(repository, { ref, commit: commit.oid, find })),
    ],
  });
  return { commit: commit.oid, at, message };
}

/** What `spec.git.push.refspec` wants moved, if it is not moved anyway. */
async function besides(
  repository: UpdateRepository,
  {
    ref,
    commit,
    find,
  }: {
    ref: string;
    commit: string;
    find: (ref: string) => Promise<string | undefined>;
  },
): Promise<ReferenceUpdate[]> {
  const { refspec, base, isOther } = repository.target;
  if (!refspec || refspec.to === ref) {
    return [];
  }
  // As in a clone: what was checked out stays where it was, if commits go elsewhere.
  const isNew = refspec.from === 'HEAD' || refspec.from === ref;
  const to = isNew ? commit : repository.find(refspec.from);
  if (to === undefined) {
    throw new GitPushError(
      'GIT_PUSH_REFUSED',
      `the repository has no ${refspec.from}, which spec.git.push.refspec names; write the branch that is pushed, ${ref}`,
    );
  }
  const from = await find(refspec.to);
  if (from === to) {
    return [];
  }
  // Flux forces both where the branch is another one than that checked out.
  if (!isOther && from !== undefined && !(await repository.isMerged(from))) {
    throw new GitPushError(
      'GIT_PUSH_REFUSED',
      `${refspec.to} has commits that ${base} has not; merge them, or name another reference in spec.git.push.refspec`,
    );
  }
  return [{ ref: refspec.to, from, to }];
}
