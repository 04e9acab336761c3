import { ImageUpdateAutomation } from '@backstage-gitops/plugin-gitops-common';
import { AutomationError } from './AutomationError';
import { PushTarget } from './pushTarget';
import { ReadyPolicy } from './selectPolicies';
import { PullRequestWish } from './tendPullRequest';

/** A branch, and the policies whose images go there. */
export interface Lane {
  branch: string;
  policies: readonly ReadyPolicy[];
}

/** Where commits go if the spec does not say; undefined: to what is checked out. */
export function fallbackBranch(
  { metadata: { namespace = 'default', name } }: ImageUpdateAutomation,
  wish: PullRequestWish | undefined,
): string | undefined {
  return wish && `image-updates/${namespace}/${name}`;
}

/**
 * One branch for all policies, or one for each.
 *
 * @throws AutomationError where a pull request cannot be from one branch into another
 */
export function lanesOf(
  target: PushTarget,
  policies: readonly ReadyPolicy[],
  wish: PullRequestWish | undefined,
): Lane[] {
  const { branch } = target;
  if (wish) {
    checkBranches(target, wish);
  }
  return wish?.mode === 'policy'
    ? policies.map(policy => ({
        branch: `${branch}-${policy.metadata.name}`,
        policies: [policy],
      }))
    : [{ branch, policies }];
}

function checkBranches(
  { base, branch, isOther, refspec }: PushTarget,
  wish: PullRequestWish,
): void {
  const fail = (problem: string) =>
    new AutomationError('InvalidSourceConfiguration', problem, {
      stalled: true,
    });
  if (base === undefined) {
    throw fail(
      'a pull request needs a branch to merge into; set spec.git.checkout.ref.branch',
    );
  }
  if (!isOther) {
    throw fail(
      `a pull request cannot be from ${branch} into itself; name another branch in spec.git.push.branch, or none`,
    );
  }
  if (refspec && wish.mode === 'policy') {
    throw fail(
      'spec.git.push.refspec cannot be pushed for each policy; remove it, or ask for one pull request for the automation',
    );
  }
}
