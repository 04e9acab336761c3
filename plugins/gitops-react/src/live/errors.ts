import { GitopsApiError } from '@backstage-gitops/plugin-gitops-common';

/** Timeouts and throttling: the same question may be answered later. */
const PASSING_STATUS: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * Whether asking again can help. A refusal (4xx) stays one until something
 * changes; an outage passes.
 */
export function isPassing(error: Error): boolean {
  if (!(error instanceof GitopsApiError)) return true;
  return (
    error.status < 400 ||
    error.status >= 500 ||
    PASSING_STATUS.has(error.status)
  );
}

/** Whatever was thrown, as an error; it may come from another window or worker. */
export function asError(thrown: unknown): Error {
  return isErrorLike(thrown) ? thrown : new Error(String(thrown));
}

function isErrorLike(thrown: unknown): thrown is Error {
  return (
    typeof thrown === 'object' &&
    thrown !== null &&
    'name' in thrown &&
    'message' in thrown &&
    typeof thrown.message === 'string'
  );
}
