import { getOwn, JsonObject } from '@backstage-gitops/kubernetes-yaml';
import { Draft } from './drafts';
import { violation } from './keywords';
import { Rational } from './Rational';
import { showNumber, Violation } from './Violation';

/** Keywords for numbers. */
export function checkNumber(
  at: readonly string[],
  value: number | bigint,
  schema: JsonObject,
  draft: Draft,
  found: Violation[],
): void {
  const exact = Rational.of(value);
  const check = (
    name: string,
    key: string,
    holds: (limit: Rational) => boolean,
  ) => {
    const limit = getOwn(schema, key);
    if (
      (typeof limit === 'number' || typeof limit === 'bigint') &&
      !holds(Rational.of(limit))
    ) {
      const got = showNumber(Number(value));
      const want = showNumber(Number(limit));
      found.push(violation(at, `${name}: got ${got}, want ${want}`));
    }
  };
  const above = (limit: Rational) => exact.compare(limit) > 0;
  const below = (limit: Rational) => exact.compare(limit) < 0;
  // In draft 4, limits are exclusive by a flag.
  const isFlag = (key: string) => draft === 4 && getOwn(schema, key) === true;
  if (isFlag('exclusiveMinimum')) {
    check('exclusiveMinimum', 'minimum', above);
  } else {
    check('minimum', 'minimum', limit => !below(limit));
  }
  if (isFlag('exclusiveMaximum')) {
    check('exclusiveMaximum', 'maximum', below);
  } else {
    check('maximum', 'maximum', limit => !above(limit));
  }
  check('exclusiveMinimum', 'exclusiveMinimum', above);
  check('exclusiveMaximum', 'exclusiveMaximum', below);
  check('multipleOf', 'multipleOf', limit => exact.isMultipleOf(limit));
}
