/**
 * An expression that is read once and evaluated often. Evaluation is a pure
 * function of the data, and ends after a bounded amount of work.
 *
 * @public
 */
export interface CelExpression {
  /** The expression as written. */
  readonly text: string;

  /**
   * What the expression says of the data, whose fields are its variables:
   * plain JSON, integers possibly as `bigint`.
   *
   * @throws CelError `cel-evaluation` where it does not fit the data or gives
   * something else than a boolean, `cel-budget` where it asks for too much
   */
  evaluateBoolean(data: Readonly<Record<string, unknown>>): boolean;

  /**
   * Whatever the expression gives, as data of other expressions and for nothing
   * else.
   *
   * @throws CelError as `evaluateBoolean`
   */
  evaluate(data: Readonly<Record<string, unknown>>): unknown;

  /**
   * As `evaluateBoolean`, for expressions that give a text.
   *
   * @throws CelError as there
   */
  evaluateString(data: Readonly<Record<string, unknown>>): string;
}
