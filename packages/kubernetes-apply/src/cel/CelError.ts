import { ClusterError } from '../errors/ClusterError';

/**
 * What is wrong with an expression:
 *
 * - `cel-syntax`: it cannot be read
 * - `cel-type`: it cannot be of the type that is asked for
 * - `cel-evaluation`: it does not fit the data: a missing field, no such
 *   operation on such values, a result that is not a boolean
 * - `cel-budget`: it asks for more work than one evaluation may take
 *
 * @public
 */
export type CelErrorCode =
  'cel-syntax' | 'cel-type' | 'cel-evaluation' | 'cel-budget';

const VERBS: Record<CelErrorCode, string> = {
  'cel-syntax': 'failed to parse',
  'cel-type': 'failed to parse',
  'cel-evaluation': 'failed to evaluate',
  'cel-budget': 'failed to evaluate',
};

const HINTS: Record<CelErrorCode, string> = {
  'cel-syntax': 'correct the expression',
  'cel-type': 'correct the expression',
  'cel-evaluation':
    'fields that may be missing need has(), such as has(status.phase) && …',
  'cel-budget': 'make the expression cheaper: fewer nested loops, less text',
};

/** Messages end up in statuses and logs. */
const SHOWN_LENGTH = 500;

function shorten(text: string): string {
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}

function positionOf(text: string, offset: number) {
  const before = text.slice(0, offset).split('\n');
  return {
    line: before.length,
    column: [...before[before.length - 1]].length + 1,
  };
}

/**
 * An expression that is of no use. `position` says where it went wrong, both
 * counted from 1; values of the data appear in no message.
 *
 * @public
 */
export class CelError extends ClusterError {
  readonly code: CelErrorCode;
  readonly expression: string;
  readonly position?: { line: number; column: number };
  /** What is wrong, without the expression. */
  readonly detail: string;

  constructor(options: {
    code: CelErrorCode;
    expression: string;
    detail: string;
    offset?: number;
  }) {
    const { code, expression, detail, offset } = options;
    const position =
      offset === undefined ? undefined : positionOf(expression, offset);
    super(
      `${VERBS[code]} the CEL expression '${shorten(expression)}'${
        position ? ` (${position.line}:${position.column})` : ''
      }: ${detail}`,
      { hint: HINTS[code] },
    );
    this.code = code;
    this.expression = expression;
    this.detail = detail;
    this.position = position;
  }
}

/**
 * Thrown within an evaluation; what is public is made of it at the border.
 * Not an Error: `||` absorbs many of these, and a stack for each costs more
 * than the evaluation.
 */
export class Failure {
  readonly detail: string;
  /** Where, as an offset into the expression. */
  offset?: number;

  constructor(detail: string, offset?: number) {
    this.detail = detail;
    this.offset = offset;
  }
}

/** Nothing absorbs that the work became too much. */
export class BudgetFailure extends Failure {}

export const noSuchOverload = () => new Failure('no such overload');

export const noSuchKey = (key: string) => new Failure(`no such key: ${key}`);
