import { createHash } from 'node:crypto';
import { EtagIndex } from './EtagIndex';

const indexOf = (etags: Record<string, string>) => {
  const index = new EtagIndex();
  for (const [key, etag] of Object.entries(etags)) {
    index.set(key, etag);
  }
  return index;
};

describe('EtagIndex', () => {
  // Figures of the tests of Flux's source-controller 1.9.
  it.each([
    [
      { 'test.txt': '098f6bcd4621d373cade4e832627b4f6' },
      'sha256:b4c2a60ce44b67f5b659a95ce4e4cc9e2a86baf13afb72bd397c5384cbc0e479',
    ],
    [
      {
        'included/file.txt': '5a4bc7048b3301f677fe15b8678be2f8',
        'ignored/file.txt': 'f08907038338288420ae7dc2d30c0497',
      },
      'sha256:117f586dc64cfc559329e21d286edcbb94cb6b1581517eaddc0ab5292b470cd5',
    ],
  ])('has the digest that Flux computes of %j', (etags, digest) => {
    expect(indexOf(etags).digest()).toBe(digest);
  });

  it('sorts keys by their bytes', () => {
    // U+FF5E comes before U+1F600, whose surrogates are smaller numbers.
    const lines = ['B 1\n', 'a 2\n', 'a/b 3\n', '\uff5e 4\n', '\u{1f600} 5\n'];
    const hash = createHash('sha256').update(lines.join('')).digest('hex');
    expect(
      indexOf({
        '\u{1f600}': '5',
        '\uff5e': '4',
        'a/b': '3',
        a: '2',
        B: '1',
      }).digest(),
    ).toBe(`sha256:${hash}`);
  });

  it('knows a revision of another algorithm', () => {
    const index = indexOf({ a: '1' });
    const hash = createHash('sha512').update('a 1\n').digest('hex');
    expect(index.matches(`sha512:${hash}`)).toBe(true);
    expect(index.matches(index.digest())).toBe(true);
    expect(index.matches(`sha256:${hash}`)).toBe(false);
    expect(index.matches('md5:x')).toBe(false);
    expect(index.matches('')).toBe(false);
  });
});
