import type { Clock } from './clock';

// How long controllers work before requests are served again.
const SLICE_MS = 5;

/**
 * Work by name: what is asked for again before it has run, runs once. It runs
 * after the request that led to it was answered, in slices, so that requests
 * are served in between.
 */
export class WorkQueue {
  private readonly work = new Map<string, () => void>();
  private readonly timers = new Map<string, () => void>();
  private readonly waiting: Array<() => void> = [];
  private scheduled?: NodeJS.Immediate;
  private stopped = false;

  constructor(
    private readonly options: {
      clock: Clock;
      onError(error: unknown): void;
    },
  ) {}

  /** Runs something soon. */
  add(id: string, run: () => void): void {
    if (this.stopped || this.work.has(id)) return;
    this.work.set(id, run);
    this.schedule();
  }

  /** Runs something later, in place of what was to run later under that name. */
  addAfter(id: string, milliseconds: number, run: () => void): void {
    this.cancel(id);
    if (this.stopped) return;
    if (milliseconds <= 0) {
      this.add(id, run);
      return;
    }
    this.timers.set(
      id,
      this.options.clock.after(milliseconds, () => {
        this.timers.delete(id);
        this.add(id, run);
      }),
    );
  }

  /** Calls off what was to run later. */
  cancel(id: string): void {
    this.timers.get(id)?.();
    this.timers.delete(id);
  }

  /** Resolves when there is nothing left to do now. */
  idle(): Promise<void> {
    if (this.work.size === 0) return Promise.resolve();
    return new Promise(resolve => this.waiting.push(resolve));
  }

  stop(): void {
    this.stopped = true;
    clearImmediate(this.scheduled);
    for (const cancel of this.timers.values()) cancel();
    this.timers.clear();
    this.work.clear();
    this.release();
  }

  private schedule(): void {
    this.scheduled ??= setImmediate(() => {
      this.scheduled = undefined;
      this.runSlice();
      if (this.work.size > 0) this.schedule();
      else this.release();
    });
  }

  private runSlice(): void {
    const end = performance.now() + SLICE_MS;
    for (const [id, run] of this.work) {
      this.work.delete(id);
      try {
        run();
      } catch (error) {
        this.options.onError(error);
      }
      if (performance.now() > end) return;
    }
  }

  private release(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
