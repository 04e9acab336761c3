import { WaitOptions } from '@backstage-gitops/helm/actions';

/** For what an action waits. */
export function waitOf(
  options: { disableWait?: boolean; disableWaitForJobs?: boolean },
  timeoutMs: number,
): WaitOptions {
  return {
    timeoutMs,
    strategy: options.disableWait ? 'hookOnly' : 'watcher',
    jobs: !options.disableWaitForJobs,
  };
}
