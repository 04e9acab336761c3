import { CustomErrorBase } from '@backstage/errors';

/**
 * The process stops while an action waits. Its revision is a failed one, which is no
 * failure of the release: whoever comes next upgrades it.
 */
export class StoppingError extends CustomErrorBase {
  readonly name = 'StoppingError';
  readonly code = 'GITOPS_STOPPING';

  constructor() {
    super('the portal stops; the release is gone on with when it is back');
  }
}
