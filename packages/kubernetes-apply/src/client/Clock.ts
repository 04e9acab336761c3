/**
 * Time, so that tests need none.
 *
 * @public
 */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once after `ms`; the result cancels it. */
  setTimer(ms: number, callback: () => void): () => void;
}

/**
 * The clock of the machine.
 *
 * @public
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * Resolves after `ms`; rejects with the signal's reason once it is aborted.
 */
export async function pause(
  clock: Clock,
  ms: number,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  let onAbort: (() => void) | undefined;
  await new Promise<void>((resolve, reject) => {
    const cancel = clock.setTimer(ms, resolve);
    onAbort = () => {
      cancel();
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
  });
  if (onAbort) signal?.removeEventListener('abort', onAbort);
}
