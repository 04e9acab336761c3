import type { Clock } from '../client/Clock';

/**
 * Lets the first wake-up of an owner through at once, and those that follow
 * within the interval as one, at its end.
 */
export class WakeLimiter<T> {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #wake: (owner: string, latest: T) => void;
  readonly #resting = new Map<string, { latest?: T; cancel: () => void }>();

  constructor(options: {
    clock: Clock;
    intervalMs: number;
    wake: (owner: string, latest: T) => void;
  }) {
    this.#clock = options.clock;
    this.#intervalMs = options.intervalMs;
    this.#wake = options.wake;
  }

  request(owner: string, reason: T): void {
    const resting = this.#resting.get(owner);
    if (resting) {
      resting.latest = reason;
      return;
    }
    this.#rest(owner);
    this.#wake(owner, reason);
  }

  close(): void {
    for (const { cancel } of this.#resting.values()) cancel();
    this.#resting.clear();
  }

  #rest(owner: string): void {
    const cancel = this.#clock.setTimer(this.#intervalMs, () => {
      const latest = this.#resting.get(owner)?.latest;
      this.#resting.delete(owner);
      if (latest !== undefined) this.request(owner, latest);
    });
    this.#resting.set(owner, { cancel });
  }
}
