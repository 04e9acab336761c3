import type { Clock } from '../client/Clock';

/** An owner that was woken, and is not woken again for now. */
interface Rest<T> {
  intervalMs: number;
  latest?: T;
  cancel: () => void;
}

/**
 * Lets the first wake-up of an owner through at once, and those that follow
 * while it rests as one, at the end of the rest. Rests double as long as there
 * is always one that follows: two who undo each other's work do it ever more
 * seldom.
 */
export class WakeLimiter<T> {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #maxIntervalMs: number;
  readonly #wake: (owner: string, latest: T) => void;
  readonly #resting = new Map<string, Rest<T>>();

  constructor(options: {
    clock: Clock;
    intervalMs: number;
    maxIntervalMs: number;
    wake: (owner: string, latest: T) => void;
  }) {
    this.#clock = options.clock;
    this.#intervalMs = options.intervalMs;
    this.#maxIntervalMs = options.maxIntervalMs;
    this.#wake = options.wake;
  }

  request(owner: string, reason: T): void {
    const resting = this.#resting.get(owner);
    if (resting) {
      resting.latest = reason;
      return;
    }
    this.#rest(owner, this.#intervalMs);
    this.#wake(owner, reason);
  }

  close(): void {
    for (const { cancel } of this.#resting.values()) cancel();
    this.#resting.clear();
  }

  #rest(owner: string, intervalMs: number): void {
    const rest: Rest<T> = {
      intervalMs,
      cancel: this.#clock.setTimer(intervalMs, () => this.#rested(owner, rest)),
    };
    this.#resting.set(owner, rest);
  }

  #rested(owner: string, { intervalMs, latest }: Rest<T>): void {
    this.#resting.delete(owner);
    if (latest === undefined) return;
    this.#rest(owner, Math.min(2 * intervalMs, this.#maxIntervalMs));
    this.#wake(owner, latest);
  }
}
