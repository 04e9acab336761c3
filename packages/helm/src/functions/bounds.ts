import { GoError } from '@backstage-gitops/go-template';

/** UTF-16 units that a function may return as one text. */
export const MAX_TEXT = 32 * 1024 * 1024;

/** Elements that a function may return in one list. */
const MAX_ELEMENTS = 1024 * 1024;

/**
 * To be asked before a text of this length is built: one argument can ask for
 * more than there is memory.
 */
export function checkTextLength(length: number): void {
  if (length > MAX_TEXT) {
    throw new GoError(`the result is longer than ${MAX_TEXT} characters`);
  }
}

/** To be asked before a list of this many elements is built. */
export function checkListLength(length: number): void {
  if (length > MAX_ELEMENTS) {
    throw new GoError(`the result has more than ${MAX_ELEMENTS} elements`);
  }
}
