import {
  GitRepository,
  GitRepositoryRef,
  ImageUpdateAutomation,
} from '@backstage-gitops/plugin-gitops-common';
import { AutomationError } from './AutomationError';

/** Where an automation begins, and where its commits go. */
export interface PushTarget {
  /** What is checked out; undefined: Flux's default branch. */
  checkout: GitRepositoryRef | undefined;
  /** The branch that is checked out, where it is one. */
  base: string | undefined;
  /** Where commits go to. */
  branch: string;
  /** It is another one than that which is checked out. */
  isOther: boolean;
  /** Pushed besides. */
  refspec?: { from: string; to: string };
}

/** Flux's default branch (2.9). */
const DEFAULT_BRANCH = 'master';

/**
 * Reads from the spec and the GitRepository where to push (Flux 2.9).
 *
 * @param fallback - the branch where `push.branch` is left out; undefined: the one
 * that is checked out
 * @throws AutomationError
 */
export function pushTargetOf(
  { spec: { git } }: ImageUpdateAutomation,
  source: GitRepository,
  fallback?: string,
): PushTarget {
  const checkout = git?.checkout?.ref ?? source.spec.ref;
  const isBranch =
    !checkout ||
    ['commit', 'name', 'tag', 'semver'].every(
      field => !checkout[field as keyof GitRepositoryRef],
    );
  const base = isBranch ? (checkout?.branch ?? DEFAULT_BRANCH) : undefined;
  const branch = git?.push?.branch || fallback || checkout?.branch;
  if (!branch) {
    throw new AutomationError(
      'SourceManagerFailed',
      'failed configuring source manager: push spec not provided, and cannot be inferred from .spec.git.checkout.ref or GitRepository .spec.ref; set spec.git.push.branch',
    );
  }
  if (!isBranchName(branch)) {
    throw new AutomationError(
      'InvalidSourceConfiguration',
      `${JSON.stringify(branch)} is no name that a branch can have; correct spec.git.push.branch`,
      { stalled: true },
    );
  }
  const refspec = git?.push?.refspec;
  return {
    ...{ checkout, base, branch, isOther: branch !== base },
    ...(refspec && { refspec: parseRefspec(refspec) }),
  };
}

function parseRefspec(text: string): { from: string; to: string } {
  const [from, to = from, ...more] = text.split(':');
  const isReference = (name: string) =>
    name.startsWith('refs/') && isBranchName(name);
  if (
    more.length > 0 ||
    !(from === 'HEAD' || isReference(from)) ||
    !isReference(to)
  ) {
    throw new AutomationError(
      'InvalidSourceConfiguration',
      `spec.git.push.refspec ${JSON.stringify(text)} is none that can be pushed; write full names, such as refs/heads/main:refs/heads/auto, without patterns`,
      { stalled: true },
    );
  }
  return { from, to };
}

/** git-check-ref-format (Git 2.47). */
export function isBranchName(name: string): boolean {
  return (
    name.length <= 200 &&
    !/[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|^[-/.]|\/\.|[/.]$|\.lock(\/|$)/u.test(
      name,
    ) &&
    name !== '@'
  );
}
