import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { gzipBlocks } from './gzipBlocks';

async function gzip(...chunks: Buffer[]): Promise<Buffer> {
  const packed: Buffer[] = [];
  const source = async function* iterate() {
    yield* chunks;
  };
  for await (const chunk of gzipBlocks(source())) {
    packed.push(chunk);
  }
  return Buffer.concat(packed);
}

describe('gzipBlocks', () => {
  const BLOCK = 256 * 1_024;
  const line = Buffer.from('apiVersion: v1\nkind: ConfigMap\n');
  const text = Buffer.alloc(1_300_000, line);
  const random = randomBytes(1_300_000);

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from('a')],
    ['exactly one block', Buffer.alloc(BLOCK, line)],
    [
      'exactly two blocks',
      Buffer.concat([random, text]).subarray(0, BLOCK * 2),
    ],
    ['one block and a byte', text.subarray(0, BLOCK + 1)],
    ['many blocks', Buffer.alloc(5_000_000, line)],
    ['what cannot be compressed', random],
    ['both', Buffer.concat([text, random, text, random.subarray(0, 100)])],
  ])('packs %s', async (_, content) => {
    expect(gunzipSync(await gzip(content)).equals(content)).toBe(true);
  });

  it('makes the same of the same content, however it comes', async () => {
    const content = Buffer.concat([text, random, text]);
    const whole = await gzip(content);
    const pieces: Buffer[] = [];
    for (let at = 0; at < content.length; at += 70_001) {
      pieces.push(content.subarray(at, at + 70_001));
    }
    expect((await gzip(...pieces)).equals(whole)).toBe(true);
  });

  it('makes texts small, and nothing larger', async () => {
    expect((await gzip(text)).length).toBeLessThan(20_000);
    expect((await gzip(random)).length).toBeLessThan(random.length * 1.001);
  });

  it('fails as its source fails', async () => {
    const source = async function* failing() {
      yield text;
      throw new Error('gone');
    };
    const read = async () => {
      for await (const chunk of gzipBlocks(source())) {
        expect(chunk.length).toBeGreaterThan(0);
      }
    };
    await expect(read()).rejects.toThrow('gone');
  });
});
