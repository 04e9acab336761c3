import { BudgetFailure, Failure, noSuchOverload } from '../CelError';
import type { LoopMacro } from '../syntax/Node';
import { isDictionary, List, type Value } from '../values/Value';
import { withVariable, type Scope, type Step } from './Scope';

/** @throws Failure for what is no boolean */
export function truth(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  throw noSuchOverload();
}

/** False where one is, whatever becomes of the others. */
export function planAnd(steps: readonly Step[]): Step {
  return scope => !decides(steps, scope, false);
}

/** True where one is, whatever becomes of the others. */
export function planOr(steps: readonly Step[]): Step {
  return scope => decides(steps, scope, true);
}

/** Whether one gives `wanted`; failures count only where none does. */
function decides(
  steps: readonly Step[],
  scope: Scope,
  wanted: boolean,
): boolean {
  let failure: Failure | undefined;
  for (const step of steps) {
    try {
      if (truth(step(scope)) === wanted) return true;
    } catch (error) {
      failure ??= absorb(error);
    }
  }
  if (failure) throw failure;
  return false;
}

function absorb(error: unknown): Failure {
  if (error instanceof Failure && !(error instanceof BudgetFailure)) {
    return error;
  }
  throw error;
}

interface Loop {
  macro: LoopMacro;
  variable: string;
  range: Step;
  predicate?: Step;
  transform?: Step;
}

const always: Step = () => true;

export function planLoop(loop: Loop): Step {
  const { range, variable, predicate = always, transform } = loop;
  switch (loop.macro) {
    case 'all': {
      const isFalseForOne = some(range, variable, predicate, false);
      return scope => isFalseForOne(scope) === false;
    }
    case 'exists':
      return some(range, variable, predicate, true);
    case 'exists_one':
      return scope => {
        let count = 0;
        for (const inner of itemsOf(range, variable, scope)) {
          if (truth(predicate(inner.scope))) count += 1;
        }
        return count === 1;
      };
    default:
      return scope => {
        const values: Value[] = [];
        for (const { scope: inner, item } of itemsOf(range, variable, scope)) {
          if (!truth(predicate(inner))) continue;
          values.push(transform ? transform(inner) : item);
        }
        return List.of(values);
      };
  }
}

/** Whether the predicate gives `wanted` for one item; as with `||`. */
function some(
  range: Step,
  variable: string,
  predicate: Step,
  wanted: boolean,
): Step {
  return scope => {
    let failure: Failure | undefined;
    for (const inner of itemsOf(range, variable, scope)) {
      try {
        if (truth(predicate(inner.scope)) === wanted) return true;
      } catch (error) {
        failure ??= absorb(error);
      }
    }
    if (failure) throw failure;
    return false;
  };
}

/** Items of a list, keys of a map. */
function* itemsOf(
  range: Step,
  variable: string,
  scope: Scope,
): Iterable<{ scope: Scope; item: Value }> {
  for (const item of iterableOf(range(scope))) {
    scope.evaluation.budget.spend(1);
    yield { scope: withVariable(scope, variable, item), item };
  }
}

function iterableOf(value: Value): Iterable<Value> {
  if (value instanceof List) return value;
  if (value !== null && isDictionary(value)) return value.keys();
  throw noSuchOverload();
}
