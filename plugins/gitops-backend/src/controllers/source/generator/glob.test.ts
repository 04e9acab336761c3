import { compileDoublestar, compileName, PatternError } from './glob';

describe('compileName', () => {
  // Rows of the tests of Go's path.Match.
  it.each([
    ['abc', 'abc', true],
    ['*', 'abc', true],
    ['*c', 'abc', true],
    ['a*', 'a', true],
    ['a*b*c*d*e*', 'axbxcxdxe', true],
    ['a*b?c*x', 'abxbbxdbxebxczzx', true],
    ['a*b?c*x', 'abxbbxdbxebxczzy', false],
    ['ab[c]', 'abc', true],
    ['ab[b-d]', 'abc', true],
    ['ab[e-g]', 'abc', false],
    ['ab[^c]', 'abc', false],
    ['ab[^e-g]', 'abc', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'ab', false],
    ['a?b', 'a☺b', true],
    ['a[^a]b', 'a☺b', true],
    ['[a-ζ]*', 'α', true],
    ['*[a-ζ]', 'A', false],
    ['[\\]a]', ']', true],
    ['[\\-]', '-', true],
    ['[x\\-]', 'x', true],
    ['[\\-x]', 'a', false],
    ['*x', 'xxx', true],
    ['**', '.hidden', true],
    ['', '', true],
    ['', 'a', false],
  ])('%j and %j: %s', (pattern, name, expected) => {
    expect(compileName(pattern)(name)).toBe(expected);
  });

  it.each(['[', '[^', '[^bc', 'a[', 'a\\', '[]a]', '[-]', '[x-]', '[-x]'])(
    'refuses %j',
    pattern => {
      expect(() => compileName(pattern)).toThrow(PatternError);
    },
  );

  it('takes no longer for patterns that are made to', () => {
    const matches = compileName(`${'*a'.repeat(500)}b`);
    expect(matches('a'.repeat(5_000))).toBe(false);
  });
});

describe('compileDoublestar', () => {
  it.each([
    ['*.md', 'a.md', true],
    ['*.md', 'x/a.md', false],
    ['**/*.md', 'a.md', true],
    ['**/*.md', 'x/y/a.md', true],
    ['**/testdata/**', 'x/testdata/y/z', true],
    ['**/testdata/**', 'x/testdata', true],
    ['**/testdata/**', 'x/testdatas/y', false],
    ['a/**/b', 'a/b', true],
    ['a/**/b', 'a/x/y/b', true],
    ['a/**', 'a', true],
    ['a/**', 'ab', false],
    ['a**', 'abc', true],
    ['a**', 'a/c', false],
    ['**/.*', 'x/.git', true],
    ['{a,b/c}.yaml', 'b/c.yaml', true],
    ['{a,{b,c}d}', 'cd', true],
    ['[!a]', 'b', true],
    ['[!a]', 'a', false],
    ['\\{a\\}', '{a}', true],
  ])('%j and %j: %s', (pattern, path, expected) => {
    expect(compileDoublestar(pattern)(path)).toBe(expected);
  });

  it.each(['{a', '[', 'a/[', `${'{a,b}'.repeat(20)}`])(
    'refuses %j',
    pattern => {
      expect(() => compileDoublestar(pattern)).toThrow(PatternError);
    },
  );

  it('takes no longer for patterns that are made to', () => {
    const matches = compileDoublestar(`${'**/*a/'.repeat(100)}b`);
    expect(matches('a/'.repeat(500))).toBe(false);
  });
});
