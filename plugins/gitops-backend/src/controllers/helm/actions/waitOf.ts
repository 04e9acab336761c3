import { WaitOptions } from '@backstage-gitops/helm/actions';
import { HelmRelease } from '@backstage-gitops/plugin-gitops-common';

/** For what an action waits. */
export function waitOf(
  { spec: { waitStrategy } }: HelmRelease,
  options: { disableWait?: boolean; disableWaitForJobs?: boolean },
  timeoutMs: number,
): WaitOptions {
  const strategy = waitStrategy?.name === 'legacy' ? 'legacy' : 'watcher';
  return {
    timeoutMs,
    strategy: options.disableWait ? 'hookOnly' : strategy,
    jobs: !options.disableWaitForJobs,
    failFast: strategy === 'watcher',
  };
}
