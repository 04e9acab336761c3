import {
  ANY,
  BOOL,
  GoFunction,
  goFunction,
} from '@backstage-gitops/go-template';
import { isEmpty } from './isEmpty';

type Values = readonly unknown[];

/** What was given, or where that is empty or missing, the first argument. */
function orDefault(fallback: unknown, ...given: Values): unknown {
  return given.length === 0 || isEmpty(given[0]) ? fallback : given[0];
}

function coalesce(...values: Values): unknown {
  for (const value of values) {
    if (!isEmpty(value)) {
      return value;
    }
  }
  return null;
}

const many = { variadic: ANY };

/** Choices by what is empty, and by what is true. */
export const defaultFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ['default', goFunction([ANY], orDefault, many)],
  ['empty', goFunction([ANY], isEmpty)],
  ['coalesce', goFunction([], coalesce, many)],
  ['all', goFunction([], (...values) => !values.some(isEmpty), many)],
  ['any', goFunction([], (...values) => values.some(v => !isEmpty(v)), many)],
  [
    'ternary',
    goFunction(
      [ANY, ANY, BOOL],
      (whenTrue: unknown, whenFalse: unknown, condition: boolean) =>
        condition ? whenTrue : whenFalse,
    ),
  ],
]);
