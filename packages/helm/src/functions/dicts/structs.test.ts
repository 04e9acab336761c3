import { createFunctions } from '../index';
import { describer } from '../types/testing/describeResult';

const describeResult = describer(createFunctions());

describe('times, versions and certificates', () => {
  // What Go printed.
  it.each([
    [
      'deepEqual (toDate "2006-01-02" "2020-02-03") (toDate "2006-01-02" "2020-02-03")',
      'bool true',
    ],
    [
      'deepEqual (toDate "2006-01-02" "2020-02-03") (toDate "2006-01-02" "2020-02-04")',
      'bool false',
    ],
    [
      'deepCopy (toDate "2006-01-02" "2020-02-03")',
      'time.Time 2020-02-03 00:00:00 +0000 UTC',
    ],
    ['deepEqual (semver "1.2.3") (semver "1.2.3")', 'bool true'],
    ['deepEqual (semver "1.2.3") (semver "v1.2.3")', 'bool false'],
    [
      'uniq (list (semver "1.0.0") (semver "1.0.0") (semver "2.0.0"))',
      '[]interface {} [1.0.0 2.0.0]',
    ],
    ['has (semver "1.0.0") (list (semver "1.0.0"))', 'bool true'],
    ['deepCopy (semver "1.2.3")', '*semver.Version 0.0.0'],
    [
      'mergeOverwrite (dict "v" (semver "1.0.0")) (dict "v" (semver "2.0.0"))',
      'map[string]interface {} map[v:2.0.0]',
    ],
    ['merge (dict "v" (semver "1.0.0")) (dict "v" (dict "a" 1))', 'string '],
    [
      'mustMerge (dict "v" (semver "1.0.0")) (dict "v" (dict "a" 1))',
      'error: error calling mustMerge: src and dst must be of same type',
    ],
    ['empty (toDate "2006-01-02" "0001-01-01")', 'bool false'],
    ['int (toDate "2006-01-02" "2020-02-03").Month', 'int 2'],
    ['kindOf (semver "1.2.3")', 'string ptr'],
    ['typeIsLike "semver.Version" (semver "1.2.3")', 'bool true'],
    [
      'first (semver "1.2.3")',
      'error: error calling first: Cannot find first on type ptr',
    ],
  ])('%s is %s', (expression, expected) => {
    expect(describeResult(expression)).toBe(expected);
  });
});
