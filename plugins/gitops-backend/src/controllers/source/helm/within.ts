import { formatDurationMs } from '@backstage-gitops/plugin-gitops-common';

/** Does something that ends with a signal, or when its time is over. */
export async function within<T>(
  options: {
    signal: AbortSignal;
    timeoutMs: number;
    /** What is waited for. */
    what: string;
  },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { timeoutMs, what } = options;
  const late = new AbortController();
  const timer = setTimeout(
    () =>
      late.abort(
        new Error(
          `${what} did not answer within ${formatDurationMs(timeoutMs)}`,
        ),
      ),
    timeoutMs,
  );
  try {
    return await work(AbortSignal.any([options.signal, late.signal]));
  } finally {
    clearTimeout(timer);
  }
}
