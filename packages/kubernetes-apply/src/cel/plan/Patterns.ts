import { RE2JS } from 're2js';
import type { Budget } from '../Budget';
import { BudgetFailure, Failure } from '../CelError';

const MAX_PATTERN_LENGTH = 1_000;
const MAX_REPEATS = 2_000;
const KEPT_PATTERNS = 16;

/** @throws Failure for what is not a pattern of RE2, or too large */
export function compilePattern(text: string): RE2JS {
  const repeats = [...text.matchAll(/\{(\d+)(?:,(\d*))?\}/g)]
    .map(([, least, most]) => Math.max(Number(least), Number(most ?? 0)))
    .reduce((sum, count) => sum + count, 0);
  if (text.length > MAX_PATTERN_LENGTH || repeats > MAX_REPEATS) {
    throw new BudgetFailure('a pattern of it is too large');
  }
  try {
    return RE2JS.compile(text);
  } catch {
    throw new Failure('a pattern of it is not one of RE2');
  }
}

/** Compiled patterns of one expression, mostly one that is written out. */
export class Patterns {
  readonly #compiled = new Map<string, RE2JS>();

  find(text: string, budget: Budget): RE2JS {
    const known = this.#compiled.get(text);
    if (known) return known;
    budget.spendSize(text.length * 10);
    const pattern = compilePattern(text);
    budget.spend(pattern.programSize() * 10);
    if (this.#compiled.size >= KEPT_PATTERNS) this.#compiled.clear();
    this.#compiled.set(text, pattern);
    return pattern;
  }
}
