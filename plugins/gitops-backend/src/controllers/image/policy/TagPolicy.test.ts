import { ImagePolicySpec } from '@backstage-gitops/plugin-gitops-common';
import { InvalidPolicyError, NoTagError } from './InvalidPolicyError';
import { TagPolicy } from './TagPolicy';

type Spec = Pick<ImagePolicySpec, 'policy' | 'filterTags'>;

/** As the registry's tags are kept: in descending order. */
function choose(spec: Spec, tags: readonly string[]): string {
  const choice = new TagPolicy(spec).begin();
  for (const tag of [...tags].sort().reverse()) {
    choice.offer(tag);
  }
  return choice.chosen.tag;
}

const semver = (range: string): Spec => ({ policy: { semver: { range } } });
const filtered = (
  policy: Spec['policy'],
  pattern: string,
  extract?: string,
): Spec => ({ policy, filterTags: { pattern, extract } });
const numerical = (order?: 'asc' | 'desc') => ({ numerical: { order } });
const alphabetical = (order?: 'asc' | 'desc') => ({ alphabetical: { order } });

describe('the tag that a policy chooses', () => {
  it.each<[string, Spec, string[], string]>([
    [
      'the newest version',
      semver('*'),
      ['1.9.0', '1.10.0', 'latest'],
      '1.10.0',
    ],
    ['within a range', semver('^1.2'), ['1.2.0', '1.9.3', '2.0.0'], '1.9.3'],
    ['with its v', semver('>=1.0.0'), ['v1.0.0', 'v1.1.0'], 'v1.1.0'],
    [
      'no pre-release, unless the range has one',
      semver('>=1.0.0'),
      ['1.0.0', '1.1.0-rc.1'],
      '1.0.0',
    ],
    [
      'a pre-release where the range has one',
      semver('>=1.0.0-0'),
      ['1.0.0', '1.1.0-rc.1'],
      '1.1.0-rc.1',
    ],
    ['three numbers only', semver('*'), ['1.0.0', '2.0', '3'], '1.0.0'],
    [
      'the last in the alphabet',
      { policy: alphabetical() },
      ['a', 'c', 'b'],
      'c',
    ],
    [
      'the first in the alphabet',
      { policy: alphabetical('desc') },
      ['a', 'c', 'b'],
      'a',
    ],
    ['by bytes', { policy: alphabetical() }, ['a', 'Z', '_'], 'a'],
    ['the greatest number', { policy: numerical() }, ['9', '10', '-3'], '10'],
    [
      'the least number',
      { policy: numerical('desc') },
      ['9', '10', '-3'],
      '-3',
    ],
    [
      'fractions and exponents',
      { policy: numerical() },
      ['1e3', '999.9'],
      '1e3',
    ],
    [
      'what the filter extracts',
      filtered(numerical(), '^main-[a-f0-9]+-(?P<ts>[0-9]+)$', '$ts'),
      ['main-aa-20', 'main-bb-100', 'dev-cc-300', 'main-zz'],
      'main-bb-100',
    ],
    [
      'groups by number, and text beside them',
      filtered(semver('*').policy, '^v([0-9]+)-([0-9]+)$', '$1.${2}.0'),
      ['v1-2', 'v1-10'],
      'v1-10',
    ],
    [
      'of two that extract the same the last, in descending order',
      filtered(alphabetical(), '^[a-z]-(.*)$', '$1'),
      ['a-same', 'b-same'],
      'a-same',
    ],
    [
      'with what a filter leaves as it is',
      filtered(semver('>=1.0.0-0').policy, '-alpine$'),
      ['1.0.0', '2.0.0-alpine'],
      '2.0.0-alpine',
    ],
    ['a match anywhere', filtered(alphabetical(), 'b'), ['abc', 'xyz'], 'abc'],
  ])('is %s', (_, spec, tags, wanted) => {
    expect(choose(spec, tags)).toBe(wanted);
  });

  it.each<[Spec, string[], string]>([
    [semver('*'), [], 'version list argument cannot be empty'],
    [
      filtered(semver('*').policy, '^x'),
      ['1.0.0'],
      'version list argument cannot be empty',
    ],
    [
      semver('>=2.0.0'),
      ['1.0.0'],
      'unable to determine latest version from provided list',
    ],
    [
      { policy: numerical() },
      ['1', 'v2'],
      "failed to parse invalid numeric value 'v2'",
    ],
    [
      { policy: numerical() },
      ['1e999'],
      "failed to parse invalid numeric value '1e999'",
    ],
    [
      { policy: numerical() },
      ['0x10'],
      "failed to parse invalid numeric value '0x10'",
    ],
  ])('is none: %j of %j', (spec, tags, message) => {
    expect(() => choose(spec, tags)).toThrow(message);
    expect(() => choose(spec, tags)).toThrow(NoTagError);
  });

  it.each<[string, Spec, string]>([
    ['an empty policy', { policy: {} }, 'the policy is empty'],
    ['a bad range', semver('one'), 'is no range of versions'],
    [
      'a bad pattern',
      filtered(semver('*').policy, '('),
      'invalid regular expression pattern',
    ],
    [
      'a bad order',
      { policy: numerical('up' as 'asc') },
      "spec.policy.numerical.order is 'up'",
    ],
  ])('cannot be said by %s', (_, spec, message) => {
    expect(() => new TagPolicy(spec)).toThrow(InvalidPolicyError);
    expect(() => new TagPolicy(spec)).toThrow(message);
  });

  it('is found in time whatever the pattern and the tags', () => {
    const tag = `${'a'.repeat(10_000)}!`;
    const spec = filtered(alphabetical(), '^(a+)+$');
    expect(() => choose(spec, [tag])).toThrow(NoTagError);
    expect(choose(spec, [tag, 'aaa'])).toBe('aaa');
  });

  it('is told from those that were not chosen', () => {
    const policy = new TagPolicy(
      filtered(
        semver('1.x').policy,
        '^v?(?P<version>[0-9.]+)(-alpine)?$',
        '$version',
      ),
    );
    expect(
      ['v1.9.0', 'v1.10.0', 'v2.0.0', 'v1.9', 'latest'].map(tag => [
        tag,
        policy.explain(tag, 'v1.10.0'),
      ]),
    ).toEqual([
      ['v1.9.0', 'behind'],
      ['v1.10.0', undefined],
      ['v2.0.0', 'out-of-range'],
      ['v1.9', 'not-a-version'],
      ['latest', 'filtered'],
    ]);
    const numbers = new TagPolicy({ policy: numerical() });
    expect(numbers.explain('x', '1')).toBe('not-a-version');
  });
});
