import { Worker } from 'node:worker_threads';

/** Milliseconds between two looks at the heap of a thread. */
const PERIOD_MS = 100;

/** What a thread may reach before V8 itself ends it, in MiB. */
export function hardLimitOf(memoryMb: number): number {
  return 2 * memoryMb + 256;
}

/**
 * Calls `onExceeded` once the heap of a thread, garbage included, is larger than
 * `memoryMb`. V8's own limit is not enough: where a single allocation, such as
 * that of a growing list, goes far beyond it, V8 ends the whole process and not
 * the thread. So the thread is ended while that limit is far away, and V8's is
 * left to what grows between two looks.
 *
 * @returns what ends the watch
 */
export function watchHeap(options: {
  /** The thread; undefined until the task has one. */
  thread: () => Worker | undefined;
  memoryMb: number;
  onExceeded: () => void;
}): () => void {
  const { thread, memoryMb, onExceeded } = options;
  let stopped = false;
  let asking = false;
  const look = async () => {
    const worker = thread();
    if (asking || !worker) {
      return;
    }
    asking = true;
    try {
      const { used_heap_size: used } = await worker.getHeapStatistics();
      if (!stopped && used > memoryMb * 1024 * 1024) {
        onExceeded();
      }
    } catch {
      // The thread has ended; its task says why.
    } finally {
      asking = false;
    }
  };
  const timer = setInterval(look, PERIOD_MS);
  timer.unref();
  return () => {
    stopped = true;
    clearInterval(timer);
  };
}
