import { jsonEquals, mergePatchBetween } from './mergePatch';

describe('mergePatchBetween', () => {
  it.each([
    [
      'equal',
      { a: { b: [1, { c: 2 }] } },
      { a: { b: [1, { c: 2 }] } },
      undefined,
    ],
    ['added', {}, { a: 1 }, { a: 1 }],
    ['removed', { a: 1, b: 2 }, { b: 2 }, { a: null }],
    ['undefined is absent', { a: undefined }, {}, undefined],
    [
      'nested',
      { a: { b: 1, c: 2 } },
      { a: { b: 1, d: 3 } },
      { a: { c: null, d: 3 } },
    ],
    ['lists whole', { a: [1, 2] }, { a: [1] }, { a: [1] }],
    ['map to scalar', { a: { b: 1 } }, { a: 'x' }, { a: 'x' }],
    ['scalar to map', { a: 'x' }, { a: { b: 1 } }, { a: { b: 1 } }],
  ])('%s', (_, before, after, expected) => {
    expect(mergePatchBetween(before, after)).toEqual(expected);
  });

  it('tells big integers apart', () => {
    expect(jsonEquals(9007199254740993n, 9007199254740993n)).toBe(true);
    expect(jsonEquals(9007199254740993n, 9007199254740992n)).toBe(false);
  });
});
