interface Waiter {
  /** Its turn has come. */
  start(): void;
  /** It waits no longer. */
  leave(): void;
}

/**
 * Bounds how many requests run at once, and shares the places fairly: who
 * waits is served in turn by user, so that one tenant's thousand requests do
 * not stand before another's single one.
 */
export class Budget {
  readonly #limit: number;
  readonly #queues = new Map<string, Waiter[]>();
  #running = 0;

  constructor(limit: number) {
    this.#limit = Math.max(1, limit);
  }

  async run<T>(
    user: string,
    signal: AbortSignal | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    await this.#enter(user, signal);
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  async #enter(user: string, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#running < this.#limit) {
      this.#running += 1;
      return;
    }
    await this.#queueUp(user, signal);
  }

  async #queueUp(user: string, signal?: AbortSignal): Promise<void> {
    const queue = this.#queues.get(user) ?? [];
    this.#queues.set(user, queue);
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = { start: resolve, leave: () => undefined };
      queue.push(waiter);
      if (!signal) return;
      const onAbort = () => {
        queue.splice(queue.indexOf(waiter), 1);
        if (queue.length === 0) this.#queues.delete(user);
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
    // The place goes to the next user in turn, who then queues up again
    // behind all others.
    const [user, queue] = next;
    const waiter = queue.shift();
    this.#queues.delete(user);
    if (queue.length > 0) this.#queues.set(user, queue);
    waiter?.leave();
    waiter?.start();
  }
}
