/** Grows twofold from `baseMs` to `capMs`, jittered to half below. */
export function backoffMs(options: {
  attempt: number;
  baseMs: number;
  capMs: number;
  random: () => number;
}): number {
  const { attempt, baseMs, capMs, random } = options;
  const full = Math.min(capMs, baseMs * 2 ** Math.min(attempt, 20));
  return Math.round(full / 2 + (full / 2) * random());
}

/**
 * Retry-After in milliseconds: seconds or an HTTP date; undefined where it is
 * neither.
 */
export function parseRetryAfter(
  value: string | undefined,
  now: number,
): number | undefined {
  if (!value) return undefined;
  if (/^\s*[0-9]{1,9}\s*$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
