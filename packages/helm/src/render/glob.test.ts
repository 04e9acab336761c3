import { compileGlob } from './glob';

// What gobwas/glob 0.2 answers, with `/` between names.
describe('compileGlob', () => {
  it.each([
    ['*.txt', ['a.txt', '.txt'], ['a/b.txt', 'a.txt~']],
    ['**.txt', ['a.txt', 'a/b.txt'], ['a.md']],
    ['conf/**', ['conf/a', 'conf/a/b'], ['conf', 'x/conf/a']],
    ['a?c', ['abc', 'aéc'], ['a/c', 'ac']],
    ['[abc].y', ['a.y', 'c.y'], ['d.y', 'ab.y']],
    ['[a-c]', ['a', 'b'], ['d', '-']],
    ['[!a-c]', ['d', '/'], ['b']],
    ['{a,b*}.y', ['a.y', 'bcd.y'], ['c.y', 'b/c.y']],
    ['{a,{b,c}}', ['a', 'b', 'c'], ['d']],
    ['a\\*', ['a*'], ['ab', 'a\\*']],
    ['a,b}', ['a,b}'], ['a']],
    ['a.c+(x)', ['a.c+(x)'], ['abc+(x)']],
    ['{a', ['a'], ['{a', 'b']],
  ])('%s', (pattern, matching, others) => {
    const matches = compileGlob(pattern);
    expect(matching.filter(path => !matches(path))).toEqual([]);
    expect(others.filter(path => matches(path))).toEqual([]);
  });

  it.each(['[', '[]', '[b-a]', '[a-', '[abc'])(
    'a bad pattern matches everything: %s',
    pattern => {
      expect(compileGlob(pattern)('any/thing')).toBe(true);
    },
  );
});
