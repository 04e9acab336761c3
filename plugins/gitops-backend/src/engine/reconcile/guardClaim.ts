import { Controller } from '@backstage-gitops/plugin-gitops-common';
import { Home } from '../../homes/Home';
import { LeaseLostError } from '../queue/LeaseLostError';
import { Claim } from '../queue/WorkQueue';

/**
 * A claim that also ends when the portal may no longer write to the home, such
 * as when Flux's controllers are started there in the middle of a run.
 */
export function guardClaim(
  claim: Claim,
  home: Home,
  controller: Controller,
): Claim {
  return {
    item: claim.item,
    owner: claim.owner,
    fence: claim.fence,
    isContinued: claim.isContinued,
    signal: claim.signal,
    lose: () => claim.lose(),
    onWake: listener => claim.onWake(listener),
    rest: work => claim.rest(work),
    assertHeld: () => {
      claim.assertHeld();
      if (home.modeOf(controller) === 'observe') {
        claim.lose();
        throw new LeaseLostError(claim.item.id);
      }
    },
  };
}
