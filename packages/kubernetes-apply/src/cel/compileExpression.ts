import { attempt } from './attempt';
import { Failure } from './CelError';
import type { CelExpression } from './CelExpression';
import { DYN, typeNamed, typeText } from './functions/StaticType';
import { STANDARD_FUNCTIONS } from './functions/standardFunctions';
import { Checker } from './plan/check';
import { Planner } from './plan/plan';
import { PlannedExpression } from './PlannedExpression';
import type { Node } from './syntax/Node';
import { parse } from './syntax/parse';

/** @public */
export interface CompileExpressionOptions {
  /**
   * Declares the variables, objects with any fields, and has the types
   * checked: names that are not declared and operations that can never work
   * are errors at once. Without it the fields of the data are the variables
   * and only the syntax is checked.
   */
  variables?: readonly string[];
  /** What the expression gives; checked where `variables` are declared. */
  output?: 'bool' | 'string';
  /**
   * How much work one evaluation may be: about one step for each operation
   * and each ten characters. Default 1,000,000, some tenths of a second at
   * the very worst.
   */
  maxSteps?: number;
}

/**
 * Reads an expression of the Common Expression Language as Flux 2.9 has it
 * (fluxcd/pkg runtime/cel, cel-go 0.26): standard macros and functions,
 * optional values (`a.?b`, `orValue`), comparison across number types, UTC
 * as the default time zone, and the extensions strings, sets and encoders.
 * Patterns are RE2's. Messages of protobuf (`Type{field: …}`) do not exist.
 *
 * @throws CelError `cel-syntax` or, with `variables`, `cel-type`
 * @public
 */
export function compileExpression(
  text: string,
  options: CompileExpressionOptions = {},
): CelExpression {
  const root = attempt('cel-syntax', text, () => parse(text));
  if (options.variables) checkTypes(root, text, options);
  const step = attempt('cel-syntax', text, () =>
    new Planner(STANDARD_FUNCTIONS).plan(root),
  );
  return new PlannedExpression(text, step, options.maxSteps);
}

function checkTypes(
  root: Node,
  text: string,
  { variables = [], output }: CompileExpressionOptions,
): void {
  attempt('cel-type', text, () => {
    const struct = typeNamed('map', typeNamed('string'), DYN);
    const types = new Map(variables.map(name => [name, struct]));
    const found = new Checker(STANDARD_FUNCTIONS).typeOf(root, types);
    if (output && found.name !== output) {
      throw new Failure(
        `CEL expression output type mismatch: expected ${output}, got ${typeText(found)}`,
      );
    }
  });
}

/**
 * Keeps compiled expressions by their text and options, the most recently
 * used ones. Expressions that cannot be read are not kept: each use throws.
 *
 * @public
 */
export class CelExpressionCache {
  readonly #kept = new Map<string, CelExpression>();
  readonly #capacity: number;

  constructor(options: { capacity?: number } = {}) {
    this.#capacity = options.capacity ?? 1_000;
  }

  /** @throws CelError as `compileExpression` */
  compile(text: string, options: CompileExpressionOptions = {}): CelExpression {
    const key = JSON.stringify([
      text,
      options.variables ?? null,
      options.output ?? null,
      options.maxSteps ?? null,
    ]);
    const found = this.#kept.get(key) ?? compileExpression(text, options);
    this.#kept.delete(key);
    this.#kept.set(key, found);
    if (this.#kept.size > this.#capacity) {
      for (const [oldest] of this.#kept) {
        this.#kept.delete(oldest);
        break;
      }
    }
    return found;
  }
}
