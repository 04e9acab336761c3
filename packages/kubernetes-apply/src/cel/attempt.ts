import { BudgetFailure, CelError, Failure } from './CelError';

/** Turns what went wrong within into what the caller may see. */
export function attempt<T>(
  code: 'cel-syntax' | 'cel-type' | 'cel-evaluation',
  expression: string,
  work: () => T,
): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new CelError({
      code: error instanceof BudgetFailure ? 'cel-budget' : code,
      expression,
      detail: error.detail,
      offset: error.offset,
    });
  }
}
