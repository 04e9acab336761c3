import { pathFunctions } from './index';

const call = (name: string, path: string) =>
  pathFunctions.get(name)!.call(path);

describe('functions of paths', () => {
  it.each([
    ['', '.'],
    ['a/b/../c', 'a/c'],
    ['/../a', '/a'],
    ['../../a', '../../a'],
    ['a/../..', '..'],
    ['a//b/./c/', 'a/b/c'],
    ['//', '/'],
    ['abc/def/../../..', '..'],
  ])('clean %j is %j', (path, expected) => {
    expect(call('clean', path)).toBe(expected);
    expect(call('osClean', path)).toBe(expected);
  });

  it.each([
    ['', '.', '.', ''],
    ['/', '/', '/', ''],
    ['///', '/', '/', ''],
    ['a', 'a', '.', ''],
    ['a/b.tar.gz', 'b.tar.gz', 'a', '.gz'],
    ['a/b/', 'b', 'a/b', ''],
    ['/a', 'a', '/', ''],
    ['a.b/c', 'c', 'a.b', ''],
    ['.hidden', '.hidden', '.', '.hidden'],
  ])('%j has the base %j, directory %j, extension %j', (path, ...parts) => {
    expect(['base', 'dir', 'ext'].map(name => call(name, path))).toEqual(parts);
    expect(['osBase', 'osDir', 'osExt'].map(name => call(name, path))).toEqual(
      parts,
    );
  });

  it('knows absolute paths', () => {
    expect([call('isAbs', '/a'), call('osIsAbs', 'a')]).toEqual([true, false]);
  });
});
