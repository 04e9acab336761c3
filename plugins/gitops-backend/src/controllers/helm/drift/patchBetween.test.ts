import { patchBetween, withoutPaths } from './patchBetween';

describe('patchBetween', () => {
  it.each([
    ['nothing differs', { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, []],
    [
      'fields differ',
      { a: 1, b: 2, 'x/y~z': 1 },
      { a: 1, b: 3, c: 4, 'x/y~z': 2 },
      [
        { op: 'replace', path: '/b', value: 3 },
        { op: 'add', path: '/c', value: 4 },
        { op: 'replace', path: '/x~1y~0z', value: 2 },
      ],
    ],
    [
      'a field is too many',
      { a: 1, b: null },
      { a: 1 },
      [{ op: 'remove', path: '/b' }],
    ],
    [
      'a list is longer',
      { a: [1] },
      { a: [2, 3, 4] },
      [
        { op: 'replace', path: '/a/0', value: 2 },
        { op: 'add', path: '/a/-', value: 3 },
        { op: 'add', path: '/a/-', value: 4 },
      ],
    ],
    [
      'a list is shorter, from its end',
      { a: [1, 2, 3] },
      { a: [1] },
      [
        { op: 'remove', path: '/a/2' },
        { op: 'remove', path: '/a/1' },
      ],
    ],
    [
      'the type differs',
      { a: [1] },
      { a: { b: 1 } },
      [{ op: 'replace', path: '/a', value: { b: 1 } }],
    ],
  ])('where %s', (_, before, after, operations) => {
    expect(patchBetween(before, after)).toEqual(operations);
  });
});

describe('withoutPaths', () => {
  const object = { spec: { items: [{ a: 1, b: 2 }, { a: 3 }], 'x/y': 1 } };

  it.each([
    [['/spec/items/0/a'], { spec: { items: [{ b: 2 }, { a: 3 }], 'x/y': 1 } }],
    [['/spec/items/0'], { spec: { items: [{ a: 3 }], 'x/y': 1 } }],
    [['/spec/x~1y', '/spec/items'], { spec: {} }],
    [['/spec/items/7', '/spec/none/a', '/spec/items/-'], object],
  ])('%j', (pointers, expected) => {
    const before = JSON.stringify(object);
    expect(withoutPaths(object, pointers)).toEqual(expected);
    expect(JSON.stringify(object)).toBe(before);
  });
});
