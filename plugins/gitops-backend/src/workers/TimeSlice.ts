import { setImmediate } from 'node:timers/promises';

/**
 * Splits work that has to be done on the event loop, so that requests,
 * heartbeats and watches are answered in between. However many do such work, one
 * of them goes on in each turn of the loop.
 */
export class TimeSlice {
  private static last: Promise<void> = Promise.resolve();
  private readonly ms: number;
  private readonly monotonic: () => number;
  private end: number;

  constructor(options: { ms?: number; monotonic?: () => number } = {}) {
    this.ms = options.ms ?? 4;
    this.monotonic = options.monotonic ?? (() => performance.now());
    this.end = this.monotonic() + this.ms;
  }

  /** Whether it is somebody else's turn; then await {@link TimeSlice.next}. */
  get isOver(): boolean {
    return this.monotonic() >= this.end;
  }

  /** Goes on after what was waiting. */
  async next(): Promise<void> {
    const turn = TimeSlice.last.then(() => setImmediate());
    TimeSlice.last = turn;
    await turn;
    this.end = this.monotonic() + this.ms;
  }
}
