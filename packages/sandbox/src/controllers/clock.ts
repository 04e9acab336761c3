/** The time, and waiting for it. */
export interface Clock {
  now(): Date;
  /** Runs something once, later; returns how to call it off. */
  after(milliseconds: number, run: () => void): () => void;
}

// What a timer of Node can wait for.
const LONGEST = 2_147_483_647;

/** The clock of the machine. Waiting does not keep the process alive. */
export function systemClock(now: () => Date): Clock {
  return {
    now,
    after(milliseconds, run) {
      let timer: NodeJS.Timeout;
      const wait = (remaining: number) => {
        const step = Math.min(Math.max(remaining, 0), LONGEST);
        timer = setTimeout(
          () => (remaining > step ? wait(remaining - step) : run()),
          step,
        );
        timer.unref();
      };
      wait(milliseconds);
      return () => clearTimeout(timer);
    },
  };
}
