import { compileGoGlob } from './goGlob';
import { SourceIgnore } from './sourceIgnore';

const ignored = (
  paths: string[],
  options: { ignore?: string; files?: Record<string, string> } = {},
) => {
  const rules = new SourceIgnore({
    ignore: options.ignore,
    files: Object.entries(options.files ?? {}).map(([directory, text]) => ({
      directory,
      text,
    })),
  });
  return paths.filter(path =>
    path.endsWith('/')
      ? rules.ignores(path.slice(0, -1), true)
      : rules.ignores(path, false),
  );
};

describe('SourceIgnore', () => {
  const common = [
    '.git/config',
    '.gitignore',
    'sub/.gitattributes',
    'logo.png',
    'docs/archive.tar.gz',
    '.github/workflows/ci.yaml',
    '.travis.yml',
    'a/.sops.yaml',
    'deploy/app.yaml',
  ];

  it('leaves out what Flux leaves out by default', () => {
    expect(ignored(common)).toEqual(common.slice(0, -1));
  });

  it('keeps to version control files where the user has a pattern', () => {
    expect(ignored(common, { ignore: 'nothing' })).toEqual([
      '.git/config',
      '.gitignore',
      'sub/.gitattributes',
    ]);
    expect(ignored(common, { ignore: '# a comment\n\n' })).toEqual(
      common.slice(0, -1),
    );
  });

  it.each<[string, string, string[], string[]]>([
    [
      'all but one folder',
      '/*\n!/deploy\n',
      ['a.yaml', 'deploy/', 'deploy/x.yaml', 'other/deploy/y.yaml'],
      ['a.yaml', 'other/deploy/y.yaml'],
    ],
    [
      'a name at any depth',
      'secret.yaml',
      ['secret.yaml', 'a/b/secret.yaml', 'secret.yaml.bak'],
      ['secret.yaml', 'a/b/secret.yaml'],
    ],
    [
      'a folder only',
      'build/',
      ['build', 'build/', 'build/x', 'a/build/x'],
      ['build/', 'build/x', 'a/build/x'],
    ],
    ['from the root', '/build', ['build/x', 'a/build/x'], ['build/x']],
    [
      'with a folder in between',
      'a/*/c.yaml',
      ['a/b/c.yaml', 'a/b/d/c.yaml', 'x/a/b/c.yaml'],
      ['a/b/c.yaml'],
    ],
    [
      'any depth in front',
      '**/c.yaml',
      ['c.yaml', 'a/c.yaml', 'a/b/c.yaml', 'a/b/d.yaml'],
      ['c.yaml', 'a/c.yaml', 'a/b/c.yaml'],
    ],
    [
      'any depth in between',
      'a/**/c.yaml',
      ['a/c.yaml', 'a/b/c.yaml', 'a/b/d/c.yaml', 'b/c.yaml'],
      ['a/c.yaml', 'a/b/c.yaml', 'a/b/d/c.yaml'],
    ],
    ['everything below', 'a/**', ['a/x', 'a/b/y', 'b/x'], ['a/x', 'a/b/y']],
    [
      'the last pattern wins, also inside an ignored folder',
      'docs/\n!docs/keep.yaml',
      ['docs/a.yaml', 'docs/keep.yaml'],
      ['docs/a.yaml'],
    ],
    ['a pattern that is no pattern', 'a/b**c\n[', ['a/bxc', '['], []],
    ['trailing blanks', 'a.yaml  ', ['a.yaml'], ['a.yaml']],
  ])('%s', (_, ignore, paths, expected) => {
    expect(ignored(paths, { ignore })).toEqual(expected);
  });

  it('reads nested files in their own folder, and spec.ignore last', () => {
    const paths = ['a/x.md', 'a/keep.md', 'x.md', 'b/x.md'];
    expect(
      ignored(paths, { files: { a: '*.md\n!keep.md', '': '/x.md' } }),
    ).toEqual(['a/x.md', 'x.md']);
    expect(ignored(paths, { files: { a: '*.md' }, ignore: '!x.md' })).toEqual([
      'a/keep.md',
    ]);
  });
});

describe('compileGoGlob', () => {
  it.each<[string, string, boolean]>([
    ['*.yaml', 'a.yaml', true],
    ['*.yaml', 'a/b.yaml', false],
    ['a?c', 'abc', true],
    ['a?c', 'a/c', false],
    ['[a-c]x', 'bx', true],
    ['[^a-c]x', 'bx', false],
    ['[^a-c]x', 'zx', true],
    ['[\\]]', ']', true],
    ['\\*', '*', true],
    ['\\*', 'a', false],
    ['a.b', 'axb', false],
  ])('%s and %s: %s', (pattern, name, expected) => {
    expect(compileGoGlob(pattern)!.test(name)).toBe(expected);
  });

  it.each(['[', '[]', '[a', '[a-]', '\\', '[-a]'])(
    'refuses the malformed %s',
    pattern => {
      expect(compileGoGlob(pattern)).toBeUndefined();
    },
  );
});
