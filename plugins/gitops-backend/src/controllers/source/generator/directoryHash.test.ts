import { fileOf } from './__testUtils__/trees';
import { Adler32, directoryHash } from './directoryHash';

describe('directoryHash', () => {
  it('is Adler-32', () => {
    expect(new Adler32().update(Buffer.from('Wikipedia')).sum).toBe(0x11e60398);
    expect(new Adler32().sum).toBe(1);
    // Value of zlib for a hundred thousand bytes of 0xff.
    const long = Buffer.alloc(100_000, 0xff);
    const sum = new Adler32().update(long).sum;
    let a = 1;
    let b = 0;
    for (const byte of long) {
      a = (a + byte) % 65521;
      b = (b + a) % 65521;
    }
    expect(sum).toBe(b * 65536 + a);
  });

  it('depends on names and contents, not on their order', async () => {
    const a = fileOf('a');
    const b = fileOf('b');
    const hash = await directoryHash(
      [
        ['x', a],
        ['y/z', b],
      ],
      'app',
    );
    expect(hash).toMatch(/^\d+$/);
    expect(
      await directoryHash(
        [
          ['y/z', b],
          ['x', a],
        ],
        'app',
      ),
    ).toBe(hash);
    expect(
      await directoryHash(
        [
          ['x', b],
          ['y/z', a],
        ],
        'app',
      ),
    ).not.toBe(hash);
    expect(await directoryHash([['x', a]], 'other')).not.toBe(
      await directoryHash([['x', a]], 'app'),
    );
  });
});
