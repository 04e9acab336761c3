import {
  elementsOf,
  GoError,
  goInt,
  plain,
} from '@backstage-gitops/go-template';
import { regexFunctions } from './index';

const call = (name: string, ...args: unknown[]) =>
  plain(regexFunctions.get(name)!.call(...args));

describe('functions of regular expressions', () => {
  it('matches and finds', () => {
    expect(call('regexMatch', 'b+', 'abb')).toBe(true);
    expect(call('regexMatch', '(', 'abb')).toBe(false);
    expect(call('regexFind', 'b+', 'abbab')).toBe('bb');
    expect(call('regexFind', 'x', 'abbab')).toBe('');
    expect(() => call('mustRegexMatch', '(', 'a')).toThrow(GoError);
    expect(() => call('regexFind', 'a(?=b)', 'a')).toThrow(GoError);
  });

  // Go's regexp: FindAllString, Split.
  it.each([
    ['a*', 'baaab', -1, ['', 'aaa', '']],
    ['', '日本', -1, ['', '', '']],
    ['[a-z]', 'abc', 2, ['a', 'b']],
    ['[a-z]', 'abc', 0, []],
  ])('finds all %j in %j, at most %j', (pattern, text, limit, expected) => {
    expect(
      elementsOf(call('regexFindAll', pattern, text, goInt(limit))),
    ).toEqual(expected);
  });

  it.each([
    ['a', 'banana', -1, ['b', 'n', 'n', '']],
    ['a', 'banana', 2, ['b', 'nana']],
    ['', 'abc', -1, ['a', 'b', 'c']],
    ['a', '', -1, ['']],
    ['', '', -1, []],
    ['a', 'banana', 0, []],
    ['z+', 'pizza', -1, ['pi', 'a']],
  ])(
    'splits by %j the text %j, at most %j',
    (pattern, text, limit, expected) => {
      expect(
        elementsOf(call('regexSplit', pattern, text, goInt(limit))),
      ).toEqual(expected);
    },
  );

  it('replaces by characters and quotes', () => {
    expect(call('regexReplaceAllLiteral', 'a(x*)b', '-ab-axxb-', '${1}')).toBe(
      '-${1}-${1}-',
    );
    expect(call('regexReplaceAllLiteral', 'x*', 'abc', '-')).toBe('-a-b-c-');
    expect(call('regexQuoteMeta', 'a+b.c$')).toBe('a\\+b\\.c\\$');
  });

  it('needs linear time', () => {
    expect(call('regexMatch', '(a+)+$', `${'a'.repeat(5000)}b`)).toBe(false);
  });
});
