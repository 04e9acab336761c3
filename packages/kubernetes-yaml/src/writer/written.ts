/**
 * A scalar whose text is already decided: it is written without quotes, behind
 * its tag if it has one; of several lines as a literal block.
 *
 * @public
 */
export class WrittenScalar {
  constructor(
    readonly text: string,
    /** Such as `!!binary`. */
    readonly tag?: string,
  ) {}
}

/**
 * A mapping whose keys need not be strings, in the order in which they are
 * written.
 *
 * @public
 */
export class WrittenMapping {
  constructor(
    readonly entries: readonly (readonly [string | WrittenScalar, unknown])[],
  ) {}
}
