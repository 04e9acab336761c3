import { PatternCache } from './PatternCache';

describe('PatternCache', () => {
  it('compiles a pattern once', () => {
    const cache = new PatternCache();
    const first = cache.compile('a+');
    cache.compile('b+');
    expect(cache.compile('a+')).toBe(first);
    expect(cache.mustCompile('a+')).toBe(first);
  });

  it('forgets what was not used for long', () => {
    const cache = new PatternCache();
    const used = cache.compile('a+');
    const unused = cache.compile('b+');
    for (let i = 0; i < 499; i++) {
      cache.compile(`c{${i}}`);
      expect(cache.compile('a+')).toBe(used);
    }
    expect(cache.compile('b+')).not.toBe(unused);
  });

  it('keeps no large patterns', () => {
    const cache = new PatternCache();
    const small = cache.compile('a');
    const large = cache.compile('(?:abcdefghij){1000}'.repeat(11));
    expect(large.size).toBeGreaterThan(100_000);
    cache.compile('b');
    expect(cache.compile('(?:abcdefghij){1000}'.repeat(11))).not.toBe(large);
    expect(cache.compile('a')).not.toBe(small);
  });
});
