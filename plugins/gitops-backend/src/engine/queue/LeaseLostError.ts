import { CustomErrorBase } from '@backstage/errors';

/**
 * The claim on a work item ended while it was running: nothing more may be
 * changed on its behalf. Another process runs it, or will.
 */
export class LeaseLostError extends CustomErrorBase {
  readonly name = 'LeaseLostError';
  readonly code = 'LEASE_LOST';

  constructor(itemId: string) {
    super(
      `The claim on ${itemId} ended while it was running; the run is given up and will be repeated by whoever claims it next`,
    );
  }
}
