import { BudgetFailure } from './CelError';

/**
 * How much one evaluation may do. A step is about one operation, or ten
 * characters or items that are read or made; so memory is bounded, too.
 */
export const DEFAULT_STEPS = 1_000_000;

/** The work that is left for one evaluation. */
export class Budget {
  #left: number;

  constructor(steps = DEFAULT_STEPS) {
    this.#left = steps;
  }

  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new BudgetFailure('it takes too much work');
  }

  /** Before text or a collection of this size is read or made. */
  spendSize(size: number): void {
    this.spend(1 + size / 10);
  }
}
