import { isError } from '@backstage/errors';

const LONGEST = 1_000;
/** How the catalog says that `catalog.rules` forbid a kind, with two addresses. */
const NOT_ALLOWED =
  /^Entity (\S+) at .+, originated at .+, is not of an allowed kind for that location$/;

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
  return (
    line
      .slice(0, LONGEST)
      .replace(/:$/, '')
      .replace(NOT_ALLOWED, '$1 is of no kind that the location may hold') ||
    'unknown error'
  );
}
