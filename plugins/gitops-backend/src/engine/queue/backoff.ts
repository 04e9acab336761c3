/** Delays in milliseconds. The defaults are those of Flux 2.9. */
export interface BackoffOptions {
  minMs: number;
  maxMs: number;
}

/** 750 ms doubling to 15 minutes, as `--min-retry-delay` and `--max-retry-delay`. */
export const DEFAULT_BACKOFF: BackoffOptions = {
  minMs: 750,
  maxMs: 15 * 60_000,
};

/** The delay after the n-th failure in a row (n from 1). */
export function backoffDelay(
  failures: number,
  options: BackoffOptions = DEFAULT_BACKOFF,
): number {
  const exponent = Math.min(Math.max(failures - 1, 0), 52);
  return Math.min(options.minMs * 2 ** exponent, options.maxMs);
}

/**
 * Spreads an interval uniformly by plus or minus `share`, so that objects made
 * together do not stay together (Flux: `--interval-jitter-percentage 5`).
 */
export function jitter(
  intervalMs: number,
  random: () => number,
  share = 0.05,
): number {
  return Math.round(intervalMs * (1 + (random() * 2 - 1) * share));
}
