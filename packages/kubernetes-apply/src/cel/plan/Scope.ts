import type { Evaluation } from '../functions/Overload';
import type { Value } from '../values/Value';

/** Variables, the innermost first. */
export interface Variables {
  find(name: string): Value | undefined;
}

/** What one step of an evaluation knows. */
export interface Scope {
  readonly variables: Variables;
  readonly evaluation: Evaluation;
}

export type Step = (scope: Scope) => Value;

/** The scope within a loop: one more variable. */
export function withVariable(scope: Scope, name: string, value: Value): Scope {
  const outer = scope.variables;
  return {
    variables: {
      find: wanted => (wanted === name ? value : outer.find(wanted)),
    },
    evaluation: scope.evaluation,
  };
}
