import {
  formatObject,
  objectKeyOf,
  ObjectKeyError,
  parseObjectKey,
  stringifyObjectKey,
} from './objectRef';

const KEY = {
  home: 'prod',
  kind: 'Kustomization',
  namespace: 'apps',
  name: 'shop.v2',
};

describe('keys of objects', () => {
  it('have a form that reads back', () => {
    expect(stringifyObjectKey(KEY)).toBe('prod/Kustomization/apps/shop.v2');
    expect(parseObjectKey(stringifyObjectKey(KEY))).toEqual(KEY);
  });

  it.each(['', 'a/b/c', 'a/b/c/d/e', 'a//c/d', 'a/b/c/d e'])(
    'refuse %p',
    text => {
      expect(() => parseObjectKey(text)).toThrow(ObjectKeyError);
    },
  );

  it('refuse parts that would not read back', () => {
    expect(() => stringifyObjectKey({ ...KEY, name: 'a/b' })).toThrow(
      ObjectKeyError,
    );
  });

  it('are made of an object and its home', () => {
    const object = {
      kind: 'Bucket',
      metadata: { name: 'a', namespace: 'b' },
    };
    expect(objectKeyOf('prod', object)).toEqual({
      home: 'prod',
      kind: 'Bucket',
      namespace: 'b',
      name: 'a',
    });
  });
});

describe('formatObject', () => {
  it('writes objects as Flux does', () => {
    expect(formatObject({ kind: 'Secret', namespace: 'a', name: 'b' })).toBe(
      'Secret/a/b',
    );
    expect(formatObject({ kind: 'Namespace', name: 'b' })).toBe('Namespace/b');
  });
});
