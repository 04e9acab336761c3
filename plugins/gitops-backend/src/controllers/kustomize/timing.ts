import {
  durationToMs,
  KustomizationSpec,
} from '@backstage-gitops/plugin-gitops-common';

/** The delays of a Kustomization in milliseconds, with Flux's defaults (2.9). */
export interface KustomizationTiming {
  intervalMs: number;
  /** After a failure; not spread. */
  retryMs: number;
  /** For health checks and for waiting until deleted objects are gone. */
  timeoutMs: number;
}

const LEAST_TIMEOUT_MS = 30_000;

export function timingOf(spec: KustomizationSpec): KustomizationTiming {
  const intervalMs = durationToMs(spec.interval);
  const timeoutMs = spec.timeout
    ? durationToMs(spec.timeout)
    : intervalMs - 30_000;
  return {
    intervalMs,
    retryMs: spec.retryInterval ? durationToMs(spec.retryInterval) : intervalMs,
    timeoutMs: Math.max(timeoutMs, LEAST_TIMEOUT_MS),
  };
}
