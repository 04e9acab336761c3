/** Rows of a list in the report; how many there are is said beside it. */
export const LISTED = 20;
