import { setImmediate } from 'node:timers/promises';

/**
 * Splits work that has to be done on the event loop, so that requests,
 * heartbeats and watches are answered in between.
 */
export class TimeSlice {
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
    await setImmediate();
    this.end = this.monotonic() + this.ms;
  }
}
