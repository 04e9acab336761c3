import { attempt } from './attempt';
import { Budget } from './Budget';
import { CelError } from './CelError';
import type { CelExpression } from './CelExpression';
import { Patterns } from './plan/Patterns';
import type { Step } from './plan/Scope';
import { toValue, type Value } from './values/Value';

export class PlannedExpression implements CelExpression {
  readonly text: string;
  readonly #step: Step;
  readonly #maxSteps?: number;
  readonly #patterns = new Patterns();

  constructor(text: string, step: Step, maxSteps: number | undefined) {
    this.text = text;
    this.#step = step;
    this.#maxSteps = maxSteps;
  }

  evaluate(data: Readonly<Record<string, unknown>>): unknown {
    return this.#evaluate(data);
  }

  evaluateBoolean(data: Readonly<Record<string, unknown>>): boolean {
    const value = this.#evaluate(data);
    if (typeof value === 'boolean') return value;
    throw this.#notOf('boolean');
  }

  evaluateString(data: Readonly<Record<string, unknown>>): string {
    const value = this.#evaluate(data);
    if (typeof value === 'string') return value;
    throw this.#notOf('string');
  }

  #evaluate(data: Readonly<Record<string, unknown>>): Value {
    const budget = new Budget(this.#maxSteps);
    const evaluation = {
      budget,
      pattern: (pattern: string) => this.#patterns.find(pattern, budget),
    };
    const variables = {
      find: (name: string) =>
        Object.hasOwn(data, name) && data[name] !== undefined
          ? toValue(data[name])
          : undefined,
    };
    return attempt('cel-evaluation', this.text, () =>
      this.#step({ variables, evaluation }),
    );
  }

  #notOf(type: string): CelError {
    return new CelError({
      code: 'cel-evaluation',
      expression: this.text,
      detail: `it gives no ${type}`,
    });
  }
}
