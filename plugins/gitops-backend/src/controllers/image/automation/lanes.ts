import { PushTarget } from './pushTarget';
import { ReadyPolicy } from './selectPolicies';

/** A branch, and the policies whose images go there. */
export interface Lane {
  branch: string;
  policies: readonly ReadyPolicy[];
}

/** One branch for all policies, or one for each. */
export function lanesOf(
  { branch }: PushTarget,
  policies: readonly ReadyPolicy[],
  isByPolicy: boolean,
): Lane[] {
  return isByPolicy
    ? policies.map(policy => ({
        branch: `${branch}-${policy.metadata.name}`,
        policies: [policy],
      }))
    : [{ branch, policies }];
}
