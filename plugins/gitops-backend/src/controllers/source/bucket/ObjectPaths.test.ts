import { ObjectPaths } from './ObjectPaths';

describe('ObjectPaths', () => {
  it.each([
    ['a.yaml', 'a.yaml'],
    ['/abs/a.yaml', 'abs/a.yaml'],
    ['a//b.yaml', 'a/b.yaml'],
    ['a b/ü&+%2e.yaml', 'a b/ü&+%2e.yaml'],
    ['...', '...'],
    ['..a/b..', '..a/b..'],
  ])('takes %j as %j', (key, path) => {
    expect(new ObjectPaths().add(key)).toBe(path);
  });

  it.each([
    '../x',
    'a/../../x',
    '..',
    './x',
    'a/.',
    '/../../etc/passwd',
    'a\\..\\..\\x',
    'C:\\windows',
    'C:/windows',
    '/C:/windows',
    'a\0b',
    'a\nb',
    '\ud800',
    `${'x'.repeat(256)}/a`,
  ])('refuses %j', key => {
    expect(() => new ObjectPaths().add(key)).toThrow(
      /^the object .* so it cannot be a file of an artifact; rename it/,
    );
  });

  it.each([
    [['a', '/a'], 'has the place of object "a"'],
    [['a/b', 'a//b'], 'has the place of object "a/b"'],
    [['a', 'a/b'], 'is below object "a", which is a file'],
    [['a/b/c', 'a/b'], 'has the place of object "a/b/c"'],
  ])('refuses two objects %j for one place', (keys, message) => {
    const paths = new ObjectPaths();
    expect(() => keys.forEach(key => paths.add(key))).toThrow(message);
  });
});
