/** What the live layer needs of time, so that tests can hold it in hand. */
export interface LiveClock {
  now(): number;
  setTimeout(run: () => void, ms: number): number;
  clearTimeout(timer: number): void;
}

export const browserClock: LiveClock = {
  now: () => Date.now(),
  setTimeout: (run, ms) => window.setTimeout(run, ms),
  clearTimeout: timer => window.clearTimeout(timer),
};

/** Between two questions for changes, and between two reads of the same data. */
export const MIN_GAP_MS = 500;

/** Without signals, and as a net below them: signals can get lost. */
export const POLL_INTERVAL_MS = 10_000;
