import { backoffDelay } from '../../../engine/queue/backoff';

const MIN_MS = 2_000;
const MAX_MS = 5 * 60_000;

/**
 * How long a Provider is left alone that fails: what waits for it is not sent to it
 * one by one, only to hear the same.
 */
export class LanePauses {
  private readonly lanes = new Map<
    string,
    { failures: number; until: number }
  >();

  constructor(private readonly now: () => number) {}

  isPaused(lane: string): boolean {
    return (this.lanes.get(lane)?.until ?? 0) > this.now();
  }

  /** After a failure one is tried alone. */
  isProbing(lane: string): boolean {
    return this.lanes.has(lane);
  }

  /** Gives when to try again, ms since the epoch. */
  failed(lane: string, retryAfterMs = 0): number {
    const failures = (this.lanes.get(lane)?.failures ?? 0) + 1;
    const delay = backoffDelay(failures, { minMs: MIN_MS, maxMs: MAX_MS });
    const until =
      this.now() + Math.max(delay, Math.min(retryAfterMs, 3_600_000));
    this.lanes.set(lane, { failures, until });
    return until;
  }

  answered(lane: string): void {
    this.lanes.delete(lane);
  }
}
