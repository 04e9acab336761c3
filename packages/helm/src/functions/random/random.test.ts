import { GoError, goInt, GoNumber } from '@backstage-gitops/go-template';
import { createRandomFunctions } from './index';

const functions = createRandomFunctions();
const call = (name: string, ...args: (number | string)[]) =>
  functions
    .get(name)!
    .call(...args.map(arg => (typeof arg === 'number' ? goInt(arg) : arg)));

describe('random functions', () => {
  it.each([
    ['randAlpha', /^[A-Za-z]{5000}$/, 52],
    ['randAlphaNum', /^[A-Za-z0-9]{5000}$/, 62],
    ['randAscii', /^[ -~]{5000}$/, 95],
    ['randNumeric', /^[0-9]{5000}$/, 10],
  ])('%s uses all of its characters', (name, pattern, kinds) => {
    const text = call(name, 5000) as string;
    expect(text).toMatch(pattern);
    expect(new Set(text).size).toBe(kinds);
    expect(call(name, 0)).toBe('');
    expect(call(name, -1)).toBe('');
    expect(() => call(name, 2 ** 40)).toThrow(GoError);
  });

  it('gives integers of a range', () => {
    const found = new Set<number | bigint>();
    for (let i = 0; i < 500; i++) {
      found.add((call('randInt', -2, 3) as GoNumber).value);
    }
    expect([...found].sort((a, b) => Number(a) - Number(b))).toEqual([
      -2, -1, 0, 1, 2,
    ]);
    const wide = functions
      .get('randInt')!
      .call(goInt(0), goInt(2n ** 63n - 1n)) as GoNumber;
    expect(BigInt(wide.value) >= 0n).toBe(true);
    expect(() => call('randInt', 5, 5)).toThrow('invalid argument to Intn');
  });

  it('shuffles runes', () => {
    const shuffled = call('shuffle', 'aé😀\udcff') as string;
    expect(Array.from(shuffled).sort()).toEqual(
      ['a', 'é', '\ufffd', '😀'].sort(),
    );
    expect(call('shuffle', '')).toBe('');
  });

  it('gives bytes and UUIDs', () => {
    expect(Buffer.from(call('randBytes', 7) as string, 'base64')).toHaveLength(
      7,
    );
    expect(call('randBytes', 0)).toBe('');
    expect(() => call('randBytes', -1)).toThrow(
      'runtime error: makeslice: len out of range',
    );
    expect(call('uuidv4')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  it('uses the bytes that are given', () => {
    const given = createRandomFunctions({
      randomBytes: count => Uint8Array.from({ length: count }, (_, i) => i),
    });
    expect(given.get('uuidv4')!.call()).toBe(
      '00010203-0405-4607-8809-0a0b0c0d0e0f',
    );
    expect(given.get('randNumeric')!.call(goInt(12))).toBe('012345678901');
    expect(given.get('randBytes')!.call(goInt(3))).toBe('AAEC');
  });

  it('does not wait for bytes that never come', () => {
    const given = createRandomFunctions({
      randomBytes: count => new Uint8Array(count).fill(255),
    });
    expect(() => given.get('randAlpha')!.call(goInt(1))).toThrow(
      /repeats itself/,
    );
  });
});
