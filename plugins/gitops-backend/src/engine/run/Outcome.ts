/**
 * How a reconcile ended. A reconciler returns one of these; it never throws for
 * what it can name. Durations are milliseconds.
 */
export type Outcome =
  DoneOutcome | WaitingOutcome | RetryOutcome | StalledOutcome;

/** The object is as it should be; look again after `requeueAfterMs`. */
export interface DoneOutcome {
  type: 'done';
  /** Null: only when woken. */
  requeueAfterMs: number | null;
  /** Whether the delay is spread by ±5 %, so that objects do not bunch up. */
  jitter: boolean;
}

/** Nothing failed; something else has to happen first. Holds no worker. */
export interface WaitingOutcome {
  type: 'waiting';
  reason: string;
  /** When to look again at the latest, ms since the epoch. */
  until: number;
}

/** It failed and will be tried again. */
export interface RetryOutcome {
  type: 'retry';
  error: Error;
  /** Undefined: exponential backoff by the failures in a row. */
  afterMs?: number;
}

/** It cannot succeed until somebody changes the object. */
export interface StalledOutcome {
  type: 'stalled';
  error: Error;
  /** Of the condition `Stalled`, with the error's message; default: those of `Ready`. */
  reason?: string;
}

export const done = (
  requeueAfterMs: number | null,
  options: { jitter?: boolean } = {},
): DoneOutcome => ({
  type: 'done',
  requeueAfterMs,
  jitter: options.jitter ?? true,
});

export const waiting = (reason: string, until: number): WaitingOutcome => ({
  type: 'waiting',
  reason,
  until,
});

export const retry = (error: Error, afterMs?: number): RetryOutcome => ({
  type: 'retry',
  error,
  afterMs,
});

export const stalled = (error: Error, reason?: string): StalledOutcome => ({
  type: 'stalled',
  error,
  ...(reason && { reason }),
});
