import {
  durationToMs,
  HelmRelease,
} from '@backstage-gitops/plugin-gitops-common';
import { ActionName } from '../state/decideAction';

const DEFAULT_TIMEOUT = '5m';

/** For how long an action may wait, in milliseconds (Flux 2.9). */
export function timeoutOf(
  { spec }: Pick<HelmRelease, 'spec'>,
  action: ActionName,
): number {
  const { timeout = DEFAULT_TIMEOUT } = spec;
  const own =
    action === 'unlock' || action === 'correct-drift'
      ? undefined
      : spec[action]?.timeout;
  return durationToMs(own ?? timeout);
}
