import { NetworkError } from '@backstage-gitops/plugin-gitops-node';
import { RegistryError } from './RegistryError';

/** Statuses that may be others a moment later. */
const PASSING: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
const ATTEMPTS = 4;
const FIRST_WAIT_MS = 250;
/** Longer than this nobody waits within one run. */
const LONGEST_WAIT_MS = 30_000;

/**
 * Does something up to four times, as long as it fails for reasons that pass;
 * waits as long as the registry asks, or ever longer.
 */
export async function retrying<T>(
  options: {
    wait: (ms: number, signal: AbortSignal) => Promise<void>;
    now: () => number;
    signal: AbortSignal;
    /** Default 4. */
    attempts?: number;
  },
  work: () => Promise<T>,
): Promise<T> {
  const { wait, now, signal, attempts = ATTEMPTS } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (attempt >= attempts || !isPassing(error)) {
        throw error;
      }
      const asked = retryAfterMs(error, now());
      if (asked !== undefined && asked > LONGEST_WAIT_MS) {
        throw tooLong(error, asked);
      }
      await wait(
        Math.max(asked ?? 0, FIRST_WAIT_MS * 2 ** (attempt - 1)),
        signal,
      );
      signal.throwIfAborted();
    }
  }
}

function isPassing(error: unknown): boolean {
  if (error instanceof RegistryError) {
    return error.status !== undefined && PASSING.has(error.status);
  }
  return (
    error instanceof NetworkError &&
    (error.code === 'GITOPS_NETWORK_BROKEN' ||
      error.code === 'GITOPS_NETWORK_UNREACHABLE')
  );
}

/** Of the header: seconds, or a date. */
function retryAfterMs(error: unknown, now: number): number | undefined {
  const retryAfter =
    error instanceof RegistryError ? error.retryAfter : undefined;
  if (retryAfter === undefined) {
    return undefined;
  }
  if (/^\s*[0-9]{1,12}\s*$/.test(retryAfter)) {
    return Number(retryAfter) * 1_000;
  }
  const date = Date.parse(retryAfter);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function tooLong(error: unknown, ms: number): Error {
  return error instanceof RegistryError
    ? new RegistryError(
        'REGISTRY_RATE_LIMITED',
        `${error.message}; it asks to wait for ${Math.ceil(ms / 1_000)} seconds`,
        error.status,
      )
    : (error as Error);
}
