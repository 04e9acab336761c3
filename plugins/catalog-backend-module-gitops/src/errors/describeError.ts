import { isError } from '@backstage/errors';

const LONGEST = 1_000;

/**
 * What an error of the catalog comes to, for whoever registered the file: the
 * reason at the bottom, without the names of processors around it. Of more than
 * one line only the first is kept: parsers quote the file on the others.
 */
export function describeError(error: unknown): string {
  let reason = error;
  while (isError(reason) && isError(reason.cause)) {
    reason = reason.cause;
  }
  const text = isError(reason) ? reason.message : String(reason);
  const [line] = text.trim().split('\n', 1);
  return line.slice(0, LONGEST).replace(/:$/, '') || 'unknown error';
}
