import { setTimeout as pause } from 'node:timers/promises';
import { LoggerService } from '@backstage/backend-plugin-api';
import { assertError } from '@backstage/errors';
import { LeaseLostError } from '../queue/LeaseLostError';
import { backoffDelay, BackoffOptions, jitter } from '../queue/backoff';
import { Claim, Completion, WorkQueue } from '../queue/WorkQueue';
import { Outcome } from './Outcome';

/** Runs one claimed item to its outcome. */
export type RunItem = (claim: Claim) => Promise<Outcome>;

/** What {@link ControllerPump} is made of. */
export interface ControllerPumpOptions {
  controller: string;
  queue: WorkQueue;
  run: RunItem;
  /** The homes that this process may work in now; all without it. */
  homes?: () => readonly string[];
  /** Items of this controller that run at the same time in this process. */
  concurrency: number;
  /**
   * How many that wait for something may be under way besides, for each of those.
   * Default 1.
   */
  resting?: number;
  logger: LoggerService;
  /** How often the queue is asked for what other processes made due. */
  pollMs?: number;
  backoff?: BackoffOptions;
  now?: () => number;
  random?: () => number;
}

/** How long a busy pump gathers wakes and free places. */
const GATHER_MS = 10;

/**
 * Takes due items of one controller from the queue and runs them, a bounded
 * number at a time. It never throws and never stops by itself: an item whose
 * run throws something unforeseen is retried with backoff like any failure.
 */
export class ControllerPump {
  private readonly options: Required<
    Omit<ControllerPumpOptions, 'backoff' | 'homes' | 'logger'>
  > &
    Pick<ControllerPumpOptions, 'backoff' | 'homes'>;
  private readonly logger: LoggerService;
  private readonly running = new Set<Promise<void>>();
  /** Of those that run, how many wait for something. */
  private resting = 0;
  private filling: Promise<number> | undefined;
  private wanted = false;
  private stopped = true;
  private timer: NodeJS.Timeout | undefined;
  private unsubscribe: (() => void) | undefined;

  constructor(options: ControllerPumpOptions) {
    this.options = {
      pollMs: 1_000,
      now: Date.now,
      random: Math.random,
      ...options,
      resting: options.resting ?? 1,
    };
    this.logger = options.logger.child({ controller: options.controller });
  }

  start(): void {
    this.stopped = false;
    this.unsubscribe = this.options.queue.onWake(controllers => {
      if (!controllers || controllers.has(this.options.controller)) {
        this.kick();
      }
    });
    this.timer = setInterval(() => this.kick(), this.options.pollMs);
    this.timer.unref();
    this.kick();
  }

  /** Claims nothing more and waits for what runs. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.unsubscribe?.();
    clearInterval(this.timer);
    await this.filling?.catch(() => {});
    await Promise.all(this.running);
  }

  /**
   * Runs due items until none is left, the bound is reached or the signal
   * fires; gives the number that was started. What the scheduled task calls.
   */
  async drain(options: {
    maxItems: number;
    signal?: AbortSignal;
  }): Promise<number> {
    let started = 0;
    while (started < options.maxItems && !options.signal?.aborted) {
      const claimed = await this.fill();
      started += claimed;
      if (this.running.size === 0) {
        break;
      }
      await Promise.race(this.running);
      if (claimed === 0 && this.free > 0) {
        // A slot was free and nothing was due: what still runs finishes
        // without anybody having to wait for it here.
        break;
      }
    }
    return started;
  }

  private kick(): void {
    if (this.stopped) {
      return;
    }
    this.fill().catch(error => {
      this.logger.warn(
        `The work queue cannot be read, trying again in ${this.options.pollMs} ms: ${error}`,
      );
    });
  }

  /** Fills free slots; calls that overlap join, and none is forgotten. */
  private async fill(): Promise<number> {
    if (this.filling) {
      this.wanted = true;
      return this.filling;
    }
    this.filling = this.fillOnce();
    try {
      return await this.filling;
    } finally {
      this.filling = undefined;
    }
  }

  private async fillOnce(): Promise<number> {
    let started = 0;
    do {
      if (this.running.size > 0) {
        // There is work going on: what is asked for within a moment, and the
        // places that become free, take one claim together.
        await pause(GATHER_MS);
      }
      this.wanted = false;
      const { free } = this;
      if (free < 1) {
        break;
      }
      const claims = await this.options.queue.claim({
        controller: this.options.controller,
        limit: free,
        homes: this.options.homes?.(),
      });
      for (const claim of claims) {
        this.begin(claim);
      }
      started += claims.length;
      if (claims.length === free) {
        break;
      }
    } while (this.wanted);
    return started;
  }

  /** What could be claimed now; what rests takes no place, up to a bound. */
  private get free(): number {
    const { concurrency, resting } = this.options;
    const besides = Math.min(this.resting, resting * concurrency);
    return concurrency - this.running.size + besides;
  }

  private begin(claim: Claim): void {
    claim.onRest = isResting => {
      this.resting += isResting ? 1 : -1;
      if (isResting) {
        this.kick();
      }
    };
    const run = this.runAndFinish(claim).finally(() => {
      this.running.delete(run);
      this.kick();
    });
    this.running.add(run);
  }

  private async runAndFinish(claim: Claim): Promise<void> {
    let outcome: Outcome;
    try {
      outcome = await this.options.run(claim);
    } catch (error) {
      assertError(error);
      if (error instanceof LeaseLostError) {
        this.logger.warn(error.message);
        await this.giveUp(claim);
        return;
      }
      this.logger.error(
        `Reconciling ${claim.item.id} failed unexpectedly`,
        error,
      );
      outcome = { type: 'retry', error };
    }
    try {
      const kept = await this.options.queue.finish(
        claim,
        this.completionOf(claim, outcome),
      );
      if (!kept) {
        this.logger.warn(
          `The result of ${claim.item.id} came after its lease had ended and was dropped`,
        );
      }
    } catch (error) {
      // The lease runs out and the item is repeated; nothing is lost.
      this.logger.warn(
        `The result of ${claim.item.id} could not be stored, it will be repeated: ${error}`,
      );
    }
  }

  private async giveUp(claim: Claim): Promise<void> {
    try {
      await this.options.queue.giveUp(claim);
    } catch (error) {
      // Its lease runs out, then it returns to the queue all the same.
      this.logger.warn(
        `${claim.item.id} could not be returned to the queue: ${error}`,
      );
    }
  }

  private completionOf(claim: Claim, outcome: Outcome): Completion {
    const now = this.options.now();
    switch (outcome.type) {
      case 'done': {
        const delay = outcome.requeueAfterMs;
        if (delay === null) {
          return { dueAt: null, failed: false, outcome: 'done' };
        }
        return {
          dueAt:
            now + (outcome.jitter ? jitter(delay, this.options.random) : delay),
          failed: false,
          outcome: 'done',
        };
      }
      case 'waiting':
        return { dueAt: outcome.until, failed: false, outcome: 'waiting' };
      case 'stalled':
        return { dueAt: null, failed: false, outcome: 'stalled' };
      default: {
        const delay =
          outcome.afterMs ??
          backoffDelay(claim.item.failures + 1, this.options.backoff);
        return { dueAt: now + delay, failed: true, outcome: 'retry' };
      }
    }
  }
}
