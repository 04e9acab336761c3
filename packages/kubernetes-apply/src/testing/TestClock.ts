import type { Clock } from '../client/Clock';

interface Timer {
  at: number;
  callback: () => void;
}

/**
 * A clock that stands still, except that timers up to `eagerUpToMs` fire on
 * the next turn of the event loop: pauses pass at once, deadlines never do
 * unless a test moves the clock.
 */
export class TestClock implements Clock {
  readonly pauses: number[] = [];
  #now = Date.parse('2026-01-01T00:00:00Z');
  readonly #timers = new Set<Timer>();
  readonly #eagerUpToMs: number;

  constructor(options: { eagerUpToMs?: number } = {}) {
    this.#eagerUpToMs = options.eagerUpToMs ?? -1;
  }

  now(): number {
    return this.#now;
  }

  setTimer(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback };
    this.#timers.add(timer);
    if (ms <= this.#eagerUpToMs) {
      this.pauses.push(ms);
      setImmediate(() => {
        if (this.#timers.has(timer)) this.#now = Math.max(this.#now, timer.at);
        this.#fire(timer);
      });
    }
    return () => this.#timers.delete(timer);
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.#timers]) {
      if (timer.at <= this.#now) this.#fire(timer);
    }
  }

  #fire(timer: Timer): void {
    if (this.#timers.delete(timer)) timer.callback();
  }
}
