/** What became of an action. */
export type ActionResult =
  /** It ran, well or not: the status of the object says how the release is. */
  | { type: 'ran' }
  /** It could not even begin, or its end is not known. */
  | { type: 'error'; error: Error };

export const ran: ActionResult = { type: 'ran' };

/** The records are not what the history of the object says. */
export class ReleaseMismatchError extends Error {
  readonly code = 'GITOPS_RELEASE_MISMATCH';

  constructor(problem: string) {
    super(problem);
    this.name = 'ReleaseMismatchError';
  }
}
