import Piscina from 'piscina';
import { Slots } from './Slots';
import { reviveError } from './transferredError';
import { hardLimitOf, watchHeap } from './watchHeap';
import { PoolTask, TaskResult } from './worker';

/**
 * Why a task of a worker has no result:
 *
 * - `timeout`: it took longer than it may; its thread was ended
 * - `out-of-memory`: its thread reached the limit of its heap
 * - `ended`: the thread ended for another reason, or the pool is closed
 */
export type WorkerFailure = 'timeout' | 'out-of-memory' | 'ended';

/** A task without a result, by no error of its own. */
export class WorkerError extends Error {
  readonly failure: WorkerFailure;

  constructor(failure: WorkerFailure, cause?: unknown) {
    super(`A worker thread gave no result: ${failure}`, { cause });
    this.name = 'WorkerError';
    this.failure = failure;
  }
}

/** How a {@link WorkerPool} runs. */
export interface WorkerPoolOptions {
  /** The file whose functions run in the threads; default: that of builds. */
  entry?: string;
  /** How many threads there are at most; they start when they are needed. */
  threads: number;
  /** Milliseconds that one task may take. */
  timeoutMs: number;
  /** MiB that a thread's heap may hold, garbage included. */
  memoryMb: number;
  /** Milliseconds after which a thread without work ends. Default 30 s. */
  idleMs?: number;
}

/**
 * Runs the functions that a worker entry of this package exports in threads.
 * A thread that runs out of time or memory, or whose caller gives up, ends; the
 * pool goes on with a new one.
 */
export class WorkerPool {
  readonly timeoutMs: number;
  readonly memoryMb: number;
  private readonly options: WorkerPoolOptions;
  private readonly slots: Slots;
  private readonly running = new Set<AbortController>();
  private pool: Piscina | undefined;
  private isClosed = false;

  constructor(options: WorkerPoolOptions) {
    this.options = options;
    this.timeoutMs = options.timeoutMs;
    this.memoryMb = options.memoryMb;
    this.slots = new Slots(options.threads);
  }

  /**
   * Runs a task. Its time counts from when there is a thread for it.
   *
   * @throws WorkerError, the signal's reason, or what the task threw, as an
   * `Error` of the same name, message and fields
   */
  async run<T>(
    name: string,
    input: object,
    options: { signal: AbortSignal },
  ): Promise<T> {
    const ending = new AbortController();
    const giveUp = () => ending.abort(options.signal.reason);
    options.signal.throwIfAborted();
    options.signal.addEventListener('abort', giveUp, { once: true });
    this.running.add(ending);
    try {
      if (this.isClosed) {
        throw new WorkerError('ended');
      }
      // Piscina never gets more tasks than it has threads: a task that it
      // queues behind a thread which dies would wait for the next call.
      const giveBack = await this.slots.take(ending.signal);
      const timer = setTimeout(
        () => ending.abort(new WorkerError('timeout')),
        this.timeoutMs,
      );
      try {
        return await this.runInThread<T>(name, input, ending);
      } finally {
        clearTimeout(timer);
        giveBack();
      }
    } finally {
      this.running.delete(ending);
      options.signal.removeEventListener('abort', giveUp);
    }
  }

  /** Ends all threads; tasks under way fail. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.endAll(new WorkerError('ended'));
    await this.pool?.destroy();
  }

  private async runInThread<T>(
    name: string,
    input: object,
    ending: AbortController,
  ): Promise<T> {
    this.pool ??= this.createPool();
    const pool = this.pool;
    const task: PoolTask<object> = {
      thread: new Int32Array(new SharedArrayBuffer(4)),
      input,
    };
    const stopWatching = watchHeap({
      thread: () =>
        pool.threads.find(({ threadId }) => threadId === task.thread[0]),
      memoryMb: this.memoryMb,
      onExceeded: () => ending.abort(new WorkerError('out-of-memory')),
    });
    let result: TaskResult<T>;
    try {
      result = await pool.run(task, {
        // Given with the task, so that a file which cannot be loaded fails it.
        filename:
          this.options.entry ??
          require.resolve('@backstage-gitops/plugin-gitops-backend/worker'),
        name,
        signal: ending.signal,
      });
    } catch (error) {
      ending.signal.throwIfAborted();
      throw new WorkerError(
        isOutOfMemory(error) ? 'out-of-memory' : 'ended',
        error,
      );
    } finally {
      stopWatching();
    }
    if ('error' in result) {
      throw reviveError(result.error);
    }
    return result.value;
  }

  private createPool(): Piscina {
    const pool = new Piscina({
      minThreads: 0,
      maxThreads: this.options.threads,
      idleTimeout: this.options.idleMs ?? 30_000,
      resourceLimits: { maxOldGenerationSizeMb: hardLimitOf(this.memoryMb) },
    });
    // A thread that ends before it takes a task: who waits for it would wait
    // until the time is over.
    pool.on('error', error => this.endAll(new WorkerError('ended', error)));
    return pool;
  }

  private endAll(reason: WorkerError): void {
    for (const ending of this.running) {
      ending.abort(reason);
    }
  }
}

function isOutOfMemory(error: unknown): boolean {
  return (
    (error as NodeJS.ErrnoException | undefined)?.code ===
    'ERR_WORKER_OUT_OF_MEMORY'
  );
}
