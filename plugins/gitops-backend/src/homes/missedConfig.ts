import {
  durationToMs,
  GitopsObject,
  KustomizationSnapshot,
} from '@backstage-gitops/plugin-gitops-common';

/** Clocks of the API server and of replicas differ. */
const CLOCK_TOLERANCE_MS = 60_000;

/**
 * Whether what an object refers to was written since its last attempt began, as
 * far as its history tells: what changed while no portal ran must not wait for
 * the interval.
 */
export function hasMissedConfig(
  object: GitopsObject,
  writtenAt: number,
): boolean {
  const status = object.status as
    { history?: KustomizationSnapshot[] } | undefined;
  const [last] = status?.history ?? [];
  const began = last ? Date.parse(last.lastReconciled) - lasted(last) : NaN;
  return Number.isNaN(began) || writtenAt > began - CLOCK_TOLERANCE_MS;
}

function lasted({ lastReconciledDuration }: KustomizationSnapshot): number {
  try {
    return durationToMs(lastReconciledDuration);
  } catch {
    // Somebody may have written to a status what no controller would.
    return 0;
  }
}
