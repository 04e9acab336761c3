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

/** Where signals arrive, as a net below them: one of them can get lost. */
export const POLL_INTERVAL_MS = 10_000;

/** Where no signal arrives, so that a change is seen within two seconds all the same. */
export const UNHEARD_POLL_INTERVAL_MS = 2_000;

/** The backend says every 15 seconds that signals arrive; two may get lost. */
export const SIGNAL_TRUST_MS = 50_000;
