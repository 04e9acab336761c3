import type { LiveClock } from '../live/timing';

/** Time that goes on only when a test says so. */
export class TestClock implements LiveClock {
  private time = 0;
  private nextTimer = 1;
  private readonly timers = new Map<number, { at: number; run: () => void }>();

  now(): number {
    return this.time;
  }

  setTimeout(run: () => void, ms: number): number {
    const timer = this.nextTimer++;
    this.timers.set(timer, { at: this.time + ms, run });
    return timer;
  }

  clearTimeout(timer: number): void {
    this.timers.delete(timer);
  }

  /** Runs what falls due, in order, and lets promises settle after each. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    for (;;) {
      const due = [...this.timers].sort((a, b) => a[1].at - b[1].at)[0];
      if (!due || due[1].at > end) break;
      this.timers.delete(due[0]);
      this.time = due[1].at;
      due[1].run();
      await settled();
    }
    this.time = end;
    await settled();
  }
}

/** After all promises that are resolved by now were taken up. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}
