import {
  formatDurationMs,
  KustomizationSnapshot,
} from '@backstage-gitops/plugin-gitops-common';

/** One attempt, for `status.history`. */
export interface Attempt {
  digest: string;
  /** Reason that the attempt ended with. */
  status: string;
  revision: string;
  originRevision?: string;
  durationMs: number;
  /** Milliseconds since the epoch. */
  at: number;
}

const KEPT = 5;

/**
 * Adds an attempt to the history: attempts of the same build with the same end
 * are one entry, which moves to the front; the oldest beyond five go (Flux 2.9).
 */
export function recordAttempt(
  history: readonly KustomizationSnapshot[],
  attempt: Attempt,
): KustomizationSnapshot[] {
  const now = new Date(attempt.at).toISOString().replace(/\.\d+Z$/, 'Z');
  const same = history.find(
    ({ digest, lastReconciledStatus }) =>
      digest === attempt.digest && lastReconciledStatus === attempt.status,
  );
  const entry: KustomizationSnapshot = {
    digest: attempt.digest,
    firstReconciled: same?.firstReconciled ?? now,
    lastReconciled: now,
    lastReconciledDuration: formatDurationMs(attempt.durationMs),
    lastReconciledStatus: attempt.status,
    totalReconciliations: (same?.totalReconciliations ?? 0) + 1,
    metadata: {
      revision: attempt.revision,
      ...(attempt.originRevision && { originRevision: attempt.originRevision }),
    },
  };
  return [entry, ...history.filter(other => other !== same)].slice(0, KEPT);
}
