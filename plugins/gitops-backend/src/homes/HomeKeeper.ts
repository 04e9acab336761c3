import { assertError } from '@backstage/errors';
import { Controller } from '@backstage-gitops/plugin-gitops-common';
import { Home } from './Home';
import { HomeClaim } from './HomeClaim';
import { isForbidden, Lease, listLeases } from './Lease';
import { OtherWriters } from './OtherWriters';

/** What {@link HomeKeeper} is made of. */
export interface HomeKeeperOptions {
  home: Home;
  /** Undefined where the portal writes nothing. */
  claim?: HomeClaim;
  writers: OtherWriters;
  controllers: readonly Controller[];
}

/** Keeps up to date what this portal may do in a home. */
export class HomeKeeper {
  private readonly options: HomeKeeperOptions;

  constructor(options: HomeKeeperOptions) {
    this.options = options;
    if (options.claim) {
      options.home.setTenure(options.claim);
    }
  }

  /**
   * Looks who else writes, and claims the home, or renews the claim, where nobody
   * does. Rejects where the home cannot be asked.
   */
  async look(signal: AbortSignal): Promise<void> {
    const { home, claim, writers, controllers } = this.options;
    let leases: Lease[] | undefined;
    try {
      leases = await listLeases(home.client, signal);
    } catch (error) {
      assertError(error);
      if (!isForbidden(error)) {
        throw error;
      }
    }
    await writers.check(leases, signal);
    if (!claim) {
      return;
    }
    if (controllers.every(controller => home.hasOtherController(controller))) {
      claim.suspend('others reconcile the home');
      home.setOtherWriter(undefined);
      return;
    }
    await claim.renew(leases ?? (await ownLease(claim, signal)), signal);
  }

  /** Hears of changes of objects. */
  get writers(): OtherWriters {
    return this.options.writers;
  }

  /**
   * What may be done now, to compare. It differs, too, where a claim had run out
   * and was made again, for what changed between the two was put into no queue.
   */
  get modes(): string {
    const { home, claim, controllers } = this.options;
    return [
      claim?.terms,
      ...controllers.map(controller => home.modeOf(controller)),
    ].join();
  }

  /** Lets go of the home. */
  async release(): Promise<void> {
    await this.options.claim?.release();
  }
}

/** Where Leases may not be listed; whether it may be read, the renewal tells. */
async function ownLease(
  claim: HomeClaim,
  signal: AbortSignal,
): Promise<Lease[]> {
  try {
    const lease = await claim.read(signal);
    return lease ? [lease] : [];
  } catch (error) {
    if (isForbidden(error)) {
      return [];
    }
    throw error;
  }
}
