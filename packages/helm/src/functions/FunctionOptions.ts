/**
 * What functions of templates need of the world around them. All of it can be
 * replaced, so that a rendering can be repeated.
 *
 * @public
 */
export interface FunctionOptions {
  /** Milliseconds since 1970, for `now`, `ago` and certificates; `Date.now`. */
  readonly now?: () => number;
  /** So many random bytes, for `randAlpha`, `genCA` …; those of Node's crypto. */
  readonly randomBytes?: (count: number) => Uint8Array;
  /** Time zone of `date` and `now`, an IANA name; UTC. */
  readonly timeZone?: string;
}
