import { LeaseLostError } from './LeaseLostError';
import { Claim, WorkItem } from './WorkQueue';

/**
 * A claim of this process. Its deadline is kept on the monotonic clock and
 * counted from before the claim was asked for, so it ends here no later than
 * it ends in the database.
 */
export class HeldClaim implements Claim {
  readonly item: WorkItem;
  readonly owner: string;
  readonly fence: number;
  readonly isContinued: boolean;
  private readonly monotonic: () => number;
  private readonly controller = new AbortController();
  private deadline: number;
  /** The item itself was taken out of the queue; there is nothing to finish. */
  private dropped = false;

  constructor(options: {
    item: WorkItem;
    owner: string;
    fence: number;
    isContinued: boolean;
    deadline: number;
    monotonic: () => number;
  }) {
    this.item = options.item;
    this.owner = options.owner;
    this.fence = options.fence;
    this.isContinued = options.isContinued;
    this.deadline = options.deadline;
    this.monotonic = options.monotonic;
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  assertHeld(): void {
    if (this.controller.signal.aborted || this.monotonic() >= this.deadline) {
      this.lose();
      throw new LeaseLostError(this.item.id);
    }
  }

  /** A heartbeat was written: the lease now ends at `deadline`. */
  prolong(deadline: number): void {
    if (!this.controller.signal.aborted) {
      this.deadline = deadline;
    }
  }

  private readonly wakeListeners = new Set<() => void>();

  onWake(listener: () => void): () => void {
    this.wakeListeners.add(listener);
    return () => this.wakeListeners.delete(listener);
  }

  /** It was made due again. */
  woken(): void {
    for (const listener of this.wakeListeners) {
      listener();
    }
  }

  onRest?: (isResting: boolean) => void;

  async rest<T>(work: Promise<T>): Promise<T> {
    this.onRest?.(true);
    try {
      return await work;
    } finally {
      this.onRest?.(false);
    }
  }

  get isDropped(): boolean {
    return this.dropped;
  }

  drop(): void {
    this.dropped = true;
    this.lose();
  }

  /** Somebody else holds the item, or nobody does any more. */
  lose(): void {
    if (!this.controller.signal.aborted) {
      this.controller.abort(new LeaseLostError(this.item.id));
    }
  }
}
