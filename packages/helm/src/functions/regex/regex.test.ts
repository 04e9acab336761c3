import {
  elementsOf,
  goInt,
  Run,
  sprintf,
  TemplateSet,
} from '@backstage-gitops/go-template';
import { createRegexFunctions } from './index';

const functions = createRegexFunctions();
const newRun = () => new Run({ set: new TemplateSet({}) });

function call(name: string, ...args: unknown[]): unknown {
  const fn = functions.get(name)!;
  return fn.needsRun ? fn.call(newRun(), ...args) : fn.call(...args);
}

const withMessage = (message: string) => expect.objectContaining({ message });

describe('functions of regular expressions', () => {
  it('matches and finds', () => {
    expect(call('regexMatch', 'b+', 'abb')).toBe(true);
    expect(call('regexMatch', '(', 'abb')).toBe(false);
    expect(call('regexFind', 'b+', 'abbab')).toBe('bb');
    expect(call('regexFind', 'x', 'abbab')).toBe('');
  });

  // Go's regexp: FindAllString, Split.
  it.each([
    ['a*', 'baaab', -1, ['', 'aaa', '']],
    ['', '日本', -1, ['', '', '']],
    ['', '😀', -1, ['', '']],
    ['[a-z]', 'abc', 2, ['a', 'b']],
    ['[a-z]', 'abc', 0, []],
    ['a|b|', 'ac', -1, ['a', '']],
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

  // Go's regexp: ReplaceAllString, Expand.
  it.each([
    ['a(x*)b', '-ab-axxb-', '${1}W', '-W-xxW-'],
    ['a(x*)b', '-ab-axxb-', '$1W', '---'],
    ['a(?P<n>x*)b', '-axb-', '[$n|${n}|$0|$2|$01]', '-[x|x|axb||]-'],
    ['a(?<n>x*)b', '-axb-', '$$1 $ ${ ${n $é', '-$1 $ ${ ${n -'],
    ['(a)|(b)', 'ab', '<$1,$2>', '<a,><,b>'],
    ['x*', 'axb', '-', '-a-b-'],
    ['(?i)é', 'É\udcff', 'e', 'e\udcff'],
    ['\ufffd', 'a\udcffb', '?', 'a?b'],
    ['(?P<n>a)|[(?P<n>]|(?P<n>b)', 'ab', '<${n}>', '<a><b>'],
    ['\\p{greek}|[^\\p{uppercase-letter}\\pN]', 'aαA1', '-', '--A1'],
  ])('replaces %j in %j by %j', (pattern, text, by, expected) => {
    expect(call('regexReplaceAll', pattern, text, by)).toBe(expected);
    expect(call('mustRegexReplaceAll', pattern, text, by)).toBe(expected);
  });

  it('replaces by characters and quotes', () => {
    expect(call('regexReplaceAllLiteral', 'a(x*)b', '-ab-axxb-', '${1}')).toBe(
      '-${1}-${1}-',
    );
    expect(call('regexReplaceAllLiteral', 'x*', 'abc', '-')).toBe('-a-b-c-');
    expect(call('regexQuoteMeta', 'a+b.c$')).toBe('a\\+b\\.c\\$');
  });

  it.each([
    ['a(?=b)', 'invalid or unsupported Perl syntax: `(?=`'],
    ['(a)\\1', 'invalid escape sequence: `\\1`'],
    ['[a', 'missing closing ]: `[a`'],
    ['(a', 'missing closing ): `(a`'],
    ['a\\', 'trailing backslash at end of expression: ``'],
    ['a{1001}', 'invalid repeat count: `{1001}`'],
    ['(?P<', 'invalid or unsupported Perl syntax: `(?P`'],
    ['\\p{letter}\\p{Foo}', 'invalid character class range: `\\p{Foo}`'],
    ['a\udcff', 'invalid UTF-8: `\udcff`'],
  ])('tells what is wrong with %j', (pattern, problem) => {
    const parsing = `error parsing regexp: ${problem}`;
    expect(() => call('mustRegexMatch', pattern, 'a')).toThrow(
      withMessage(parsing),
    );
    expect(() => call('regexFind', pattern, 'a')).toThrow(
      withMessage(`regexp: Compile(${sprintf('%#q', [pattern])}): ${parsing}`),
    );
  });

  it('matches long texts', () => {
    const text = `${'ab '.repeat(2000)}\udcff`;
    expect(call('regexMatch', 'b \ufffd$', text)).toBe(true);
    expect(call('regexMatch', '(a|b)+c', text)).toBe(false);
  });

  it('needs linear time', () => {
    expect(call('regexMatch', '(a+)+$', `${'a'.repeat(5000)}b`)).toBe(false);
  });

  it('refuses work that would not end', () => {
    const pattern = '(a{1,100}){1,10}'.repeat(10);
    expect(() => call('regexMatch', pattern, 'a'.repeat(1024 * 1024))).toThrow(
      /is too long for a regular expression/,
    );
    const run = new Run({
      set: new TemplateSet({}),
      limits: { steps: 1000 },
    });
    const replace = functions.get('regexReplaceAll')!;
    expect(() => replace.call(run, '', 'a'.repeat(5000), '-')).toThrow(
      /too many steps/,
    );
  });
});
