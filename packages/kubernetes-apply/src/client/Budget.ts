interface Waiter {
  /** Its turn has come. */
  start(): void;
  /** It waits no longer. */
  leave(): void;
}

/**
 * Bounds how many requests run at once, and shares the places fairly: who
 * waits is served in turn by key (a user, a GitOps object), so that one's
 * thousand requests do not stand before another's single one.
 */
export class Budget {
  readonly #limit: number;
  readonly #queues = new Map<string, Waiter[]>();
  #running = 0;

  constructor(limit: number) {
    this.#limit = Math.max(1, limit);
  }

  async run<T>(
    key: string,
    signal: AbortSignal | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    await this.#enter(key, signal);
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  async #enter(key: string, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#running < this.#limit) {
      this.#running += 1;
      return;
    }
    await this.#queueUp(key, signal);
  }

  async #queueUp(key: string, signal?: AbortSignal): Promise<void> {
    const queue = this.#queues.get(key) ?? [];
    this.#queues.set(key, queue);
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = { start: resolve, leave: () => undefined };
      queue.push(waiter);
      if (!signal) return;
      const onAbort = () => {
        queue.splice(queue.indexOf(waiter), 1);
        if (queue.length === 0) this.#queues.delete(key);
        reject(signal.reason);
      };
      waiter.leave = () => signal.removeEventListener('abort', onAbort);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  #leave(): void {
    const [next] = this.#queues;
    if (!next) {
      this.#running -= 1;
      return;
    }
    // The place goes to the next key in turn, which then queues up again
    // behind all others.
    const [key, queue] = next;
    const waiter = queue.shift();
    this.#queues.delete(key);
    if (queue.length > 0) this.#queues.set(key, queue);
    waiter?.leave();
    waiter?.start();
  }
}
