import { asError, isPassing } from './errors';
import type { Change, ChangeFeed } from './ChangeFeed';
import {
  browserClock,
  LiveClock,
  MIN_GAP_MS,
  POLL_INTERVAL_MS,
} from './timing';

/** What is known of something that is read from the API and kept fresh. */
export interface LiveSnapshot<T> {
  data?: T;
  /** Of the last read; the data, if any, is from before. */
  error?: Error;
  /** When the data was asked for; milliseconds since the epoch. */
  askedAt?: number;
  /** When the next read follows a failed one; absent where it would not help. */
  nextTryAt?: number;
}

export interface LiveDataOptions<T> {
  load(signal: AbortSignal): Promise<T>;
  /** Whether a change calls for reading again. */
  concerns(change: Change, data: T | undefined): boolean;
  /** For the feed: what changed since the data. */
  cursorOf?(data: T): string;
  feed: ChangeFeed;
  clock?: LiveClock;
  minGapMs?: number;
  retryMs?: number;
}

/**
 * Reads once when the first listener comes, and again whenever the feed tells
 * of a change that concerns it. Data once read is kept: errors come beside it.
 * Failures that pass are tried again every ten seconds, refusals are not.
 */
export class LiveData<T> {
  private readonly options: LiveDataOptions<T>;
  private readonly clock: LiveClock;
  private readonly listeners = new Set<() => void>();
  private snapshot: LiveSnapshot<T> = {};
  private request: AbortController | undefined;
  private timer: number | undefined;
  private stopFeed: (() => void) | undefined;
  private lastReadAt = -Infinity;
  private changedMeanwhile = false;

  constructor(options: LiveDataOptions<T>) {
    this.options = options;
    this.clock = options.clock ?? browserClock;
  }

  readonly getSnapshot = (): LiveSnapshot<T> => this.snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    if (this.listeners.size === 1) this.start();
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.stop();
    };
  };

  /** Reads now; somebody asked for it. */
  readonly refresh = (): void => {
    if (this.listeners.size > 0) this.read();
  };

  private start(): void {
    this.stopFeed = this.options.feed.subscribe(change => {
      if (this.options.concerns(change, this.snapshot.data)) this.readSoon();
    });
    this.read();
  }

  private stop(): void {
    this.stopFeed?.();
    this.clearTimer();
    this.request?.abort();
    this.request = undefined;
  }

  private readSoon(): void {
    if (this.request) {
      this.changedMeanwhile = true;
      return;
    }
    const gap = this.options.minGapMs ?? MIN_GAP_MS;
    this.readIn(Math.max(this.lastReadAt + gap - this.clock.now(), 0));
  }

  private readIn(ms: number): void {
    this.clearTimer();
    this.timer = this.clock.setTimeout(() => this.read(), ms);
  }

  private clearTimer(): void {
    if (this.timer !== undefined) this.clock.clearTimeout(this.timer);
    this.timer = undefined;
  }

  private async read(): Promise<void> {
    this.clearTimer();
    this.request?.abort();
    const request = new AbortController();
    this.request = request;
    this.changedMeanwhile = false;
    const askedAt = this.clock.now();
    try {
      const data = await this.options.load(request.signal);
      if (request.signal.aborted) return;
      this.set({ data, askedAt });
      const cursor = this.options.cursorOf?.(data);
      if (cursor !== undefined) this.options.feed.startFrom(cursor);
    } catch (thrown) {
      if (request.signal.aborted) return;
      const error = asError(thrown);
      const { data, askedAt: before } = this.snapshot;
      const retryMs = this.options.retryMs ?? POLL_INTERVAL_MS;
      const retries = isPassing(error);
      this.set({
        ...(data !== undefined && { data, askedAt: before }),
        error,
        ...(retries && { nextTryAt: this.clock.now() + retryMs }),
      });
      if (retries) this.readIn(retryMs);
    }
    this.request = undefined;
    this.lastReadAt = this.clock.now();
    if (this.changedMeanwhile) this.readSoon();
  }

  private set(snapshot: LiveSnapshot<T>): void {
    this.snapshot = snapshot;
    [...this.listeners].forEach(listener => listener());
  }
}
