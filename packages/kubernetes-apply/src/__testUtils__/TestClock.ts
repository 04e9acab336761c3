import type { Clock } from '../client/Clock';

interface Timer {
  at: number;
  callback: () => void;
}

interface Waiting {
  ms: number;
  count: number;
  resolve: () => void;
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
  readonly #set: number[] = [];
  #waiting: Waiting[] = [];

  constructor(options: { eagerUpToMs?: number } = {}) {
    this.#eagerUpToMs = options.eagerUpToMs ?? -1;
  }

  now(): number {
    return this.#now;
  }

  setTimer(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback };
    this.#timers.add(timer);
    this.#set.push(ms);
    this.#waiting = this.#waiting.filter(waiting => !this.#settle(waiting));
    if (ms <= this.#eagerUpToMs) {
      this.pauses.push(ms);
      setImmediate(() => {
        if (this.#timers.has(timer)) this.#now = Math.max(this.#now, timer.at);
        this.#fire(timer);
      });
    }
    return () => this.#timers.delete(timer);
  }

  /** Resolves once `count` timers of this length have been set. */
  untilSet(ms: number, count: number): Promise<void> {
    return new Promise(resolve => {
      const waiting = { ms, count, resolve };
      if (!this.#settle(waiting)) this.#waiting.push(waiting);
    });
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.#timers]) {
      if (timer.at <= this.#now) this.#fire(timer);
    }
  }

  #settle({ ms, count, resolve }: Waiting): boolean {
    const reached = this.#set.filter(set => set === ms).length >= count;
    if (reached) resolve();
    return reached;
  }

  #fire(timer: Timer): void {
    if (this.#timers.delete(timer)) timer.callback();
  }
}
