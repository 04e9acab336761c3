import { join } from 'node:path';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { gzipSync } from 'node:zlib';
import { buffer } from 'node:stream/consumers';
import { CopyOperation } from '@backstage-gitops/plugin-gitops-common';
import { pack } from 'tar-stream';
import { packArchive } from '../../../artifacts/packArchive';
import { spoolArchive } from '../../../artifacts/spoolArchive';
import { contentsOf, treeOf } from './__testUtils__/trees';
import { applyCopies, CopyOptions } from './applyCopies';
import { FileTree } from './FileTree';

type Files = Parameters<typeof treeOf>[0];

describe('applyCopies', () => {
  let directory: string;
  let spools = 0;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'copies-'));
  });

  afterAll(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  const copy = (
    sources: Record<string, Files>,
    operations: readonly CopyOperation[],
    limits: Partial<CopyOptions['limits']> = {},
  ): Promise<FileTree> => {
    const { signal } = new AbortController();
    return applyCopies(operations, {
      sources: new Map(
        Object.entries(sources).map(([alias, files]) => [alias, treeOf(files)]),
      ),
      limits: { bytes: 1024 * 1024, files: 1_000, ...limits },
      unpack: archive =>
        spoolArchive(archive, join(directory, `${spools++}`), {
          limits: { maxTotalSize: 1024 * 1024 },
          signal,
        }),
      signal,
    });
  };

  // The cases of source-watcher's own tests, in other words.
  const cases: [string, Files, [string, string, string[]?][], string[]][] = [
    [
      'one file into the root',
      ['config.yaml'],
      [['@s/config.yaml', '@artifact/']],
      ['config.yaml'],
    ],
    [
      'one file under another name',
      ['config.yaml'],
      [['@s/config.yaml', '@artifact/app/x.yaml']],
      ['app/x.yaml'],
    ],
    [
      'one file into a folder that is named as one',
      ['config.yaml'],
      [['@s/config.yaml', '@artifact/dest/']],
      ['dest/config.yaml'],
    ],
    [
      'one file into a folder that is there',
      ['subdir/a', 'b'],
      [
        ['@s/subdir/', '@artifact/'],
        ['@s/b', '@artifact/subdir'],
      ],
      ['subdir/a', 'subdir/b'],
    ],
    [
      'files by a pattern',
      ['a.yaml', 'b.yaml', 'c.json', 'd/e.yaml'],
      [['@s/*.yaml', '@artifact/manifests/']],
      ['manifests/a.yaml', 'manifests/b.yaml'],
    ],
    [
      'files by a pattern below folders, with these',
      ['apps/a/x.yaml', 'apps/b/x.yaml', 'apps/b/y.yaml'],
      [['@s/apps/*/x.yaml', '@artifact/']],
      ['apps/a/x.yaml', 'apps/b/x.yaml'],
    ],
    ['all of a source', ['a', 'b/c'], [['@s/', '@artifact/']], ['a', 'b/c']],
    [
      'by a pattern that begins with a dot',
      ['a.yaml', 'b'],
      [['@s/./*.yaml', '@artifact/']],
      ['a.yaml'],
    ],
    [
      'all that is in a source',
      ['a', 'b/c', '.d'],
      [['@s/**', '@artifact/']],
      ['.d', 'a', 'b/c'],
    ],
    [
      'a folder, which stays one',
      ['config/a', 'config/b/c'],
      [['@s/config', '@artifact/dest']],
      ['dest/config/a', 'dest/config/b/c'],
    ],
    [
      'a folder with a slash, which stays one, too',
      ['config/a', 'config/b/c'],
      [['@s/config/', '@artifact/dest/']],
      ['dest/config/a', 'dest/config/b/c'],
    ],
    [
      'what is in a folder',
      ['config/a', 'config/b/c', 'other'],
      [['@s/config/**', '@artifact/dest/']],
      ['dest/a', 'dest/b/c'],
    ],
    [
      'without a kind of files, wherever they are',
      ['a.md', 'x/b.md', 'x/c.yaml'],
      [['@s/**', '@artifact/', ['*.md']]],
      ['x/c.yaml'],
    ],
    [
      'without folders of a name',
      ['a', 'x/testdata/b', 'testdata/y/c', 'x/d'],
      [['@s/**', '@artifact/', ['**/testdata/**']]],
      ['a', 'x/d'],
    ],
    [
      'without a path in the source',
      ['infra/a/x', 'infra/b/y'],
      [['@s/infra/**', '@artifact/', ['infra/b/**']]],
      ['a/x'],
    ],
    [
      'without a path below what is copied',
      ['infra/a/x', 'infra/b/y'],
      [['@s/infra', '@artifact/', ['b/**']]],
      ['infra/a/x'],
    ],
    [
      'without a path that is not from either of these',
      ['infra/a/b/x'],
      [['@s/infra/**', '@artifact/', ['b/**']]],
      ['a/b/x'],
    ],
    [
      'nothing where the one file is left out',
      ['secret.yaml', 'a'],
      [
        ['@s/a', '@artifact/'],
        ['@s/secret.yaml', '@artifact/x.yaml', ['secret.yaml']],
      ],
      ['a'],
    ],
  ];

  it.each(cases)('copies %s', async (_, files, operations, expected) => {
    const tree = await copy(
      { s: files },
      operations.map(([from, to, exclude]) => ({ from, to, exclude })),
    );
    expect(tree.entries().map(([path]) => path)).toEqual(expected);
  });

  it('lets later operations win', async () => {
    const tree = await copy(
      { a: { 'x/1': 'a', 'x/2': 'a' }, b: { 'x/2': 'b', 'x/3': 'b' } },
      [
        { from: '@a/**', to: '@artifact/' },
        { from: '@b/**', to: '@artifact/' },
      ],
    );
    expect(await contentsOf(tree)).toEqual({
      'x/1': 'a',
      'x/2': 'b',
      'x/3': 'b',
    });
  });

  it('merges YAML where a file is there, and copies where none is', async () => {
    const tree = await copy(
      {
        chart: { 'values.yaml': 'a: 1\nb: {c: 1, d: [1, 2]}\n' },
        repo: {
          'prod.yaml': 'b: {d: [3], e: null}\n---\nf: x\n',
          'new.yaml': 'only: "copied" # as it is\n',
        },
      },
      [
        { from: '@chart/values.yaml', to: '@artifact/values.yaml' },
        {
          ...{ from: '@repo/prod.yaml', to: '@artifact/values.yaml' },
          strategy: 'Merge',
        },
        { from: '@repo/new.yaml', to: '@artifact/', strategy: 'Merge' },
      ],
    );
    expect(await contentsOf(tree)).toEqual({
      'values.yaml': 'a: 1\nb:\n  c: 1\n  d:\n  - 3\n  e: null\nf: x\n',
      'new.yaml': 'only: "copied" # as it is\n',
    });
  });

  it('keeps tables with names of JavaScript for tables', async () => {
    const tree = await copy(
      {
        a: { x: 'constructor: {a: 1}\n' },
        b: { x: '__proto__: {polluted: 1}\nconstructor: {b: 2}\n' },
      },
      [
        { from: '@a/x', to: '@artifact/x' },
        { from: '@b/x', to: '@artifact/x', strategy: 'Merge' },
      ],
    );
    expect(await contentsOf(tree)).toEqual({
      x: '__proto__:\n  polluted: 1\nconstructor:\n  a: 1\n  b: 2\n',
    });
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  describe('with the strategy Extract', () => {
    const archive = (name: string) =>
      buffer(
        packArchive([
          { path: `${name}/a`, executable: true, content: Buffer.from(name) },
        ]),
      );

    it('unpacks archives, by name and by pattern, however deep', async () => {
      const files = {
        'one.tgz': await archive('one'),
        'x/y/two.tar.gz': await archive('two'),
        'x/three.TGZ': await archive('three'),
        'x/no-archive.yaml': '',
      };
      const one = await copy({ s: files }, [
        { from: '@s/one.tgz', to: '@artifact/to', strategy: 'Extract' },
      ]);
      expect(await contentsOf(one)).toEqual({ 'to/one/a': 'one' });
      expect(one.file('to/one/a')?.executable).toBe(true);
      const all = await copy({ s: files }, [
        { from: '@s/**', to: '@artifact/', strategy: 'Extract' },
      ]);
      expect(await contentsOf(all)).toEqual({
        'one/a': 'one',
        'three/a': 'three',
        'two/a': 'two',
      });
    });

    const hostile = async (name: string) => {
      const tar = pack();
      tar.entry({ name }, 'x');
      tar.entry({ name: 'link', type: 'symlink', linkname: '/etc/passwd' });
      tar.finalize();
      return gzipSync(await buffer(tar as unknown as NodeJS.ReadableStream));
    };

    it.each([
      ['../evil', /leaves its folder/],
      ['/etc/evil', /leaves its folder/],
    ])('refuses an archive with %s', async (name, message) => {
      await expect(
        copy({ s: { 'a.tgz': await hostile(name) } }, [
          { from: '@s/a.tgz', to: '@artifact/', strategy: 'Extract' },
        ]),
      ).rejects.toThrow(message);
    });

    it('passes over links', async () => {
      const tree = await copy({ s: { 'a.tgz': await hostile('fine') } }, [
        { from: '@s/a.tgz', to: '@artifact/', strategy: 'Extract' },
      ]);
      expect(await contentsOf(tree)).toEqual({ fine: 'x' });
    });

    it('refuses what unpacks to more than is allowed', async () => {
      const bomb = await buffer(
        packArchive([
          {
            ...{ path: 'a', executable: false },
            content: Buffer.alloc(2 * 1024 * 1024),
          },
        ]),
      );
      await expect(
        copy({ s: { 'a.tgz': bomb } }, [
          { from: '@s/a.tgz', to: '@artifact/', strategy: 'Extract' },
        ]),
      ).rejects.toThrow(/failed to extract tarball 'a.tgz'/);
    });
  });

  const failures: [string, CopyOperation, RegExp][] = [
    [
      'a file that is not there',
      { from: '@s/gone', to: '@artifact/' },
      /^failed to apply copy operations: failed to apply copy operation from '@s\/gone' to '@artifact\/': source 'gone' does not exist$/,
    ],
    [
      'a pattern that nothing matches',
      { from: '@s/*.json', to: '@artifact/' },
      /no files match pattern '\*.json' in source 's'$/,
    ],
    [
      'a pattern that is none',
      { from: '@s/[', to: '@artifact/' },
      /invalid glob pattern '\['/,
    ],
    [
      'files that are all left out',
      { from: '@s/*.yaml', to: '@artifact/', exclude: ['*.yaml'] },
      /all files matching pattern '\*.yaml' in source 's' were excluded$/,
    ],
    [
      'an exclude that is no pattern',
      { from: '@s/a.yaml', to: '@artifact/', exclude: ['['] },
      /invalid exclude pattern '\['$/,
    ],
    [
      'an alias that is not known',
      { from: '@other/a', to: '@artifact/' },
      /source alias 'other' not found$/,
    ],
    [
      'a path that leaves the source',
      { from: '@s/../../etc/passwd', to: '@artifact/' },
      /it leaves the source$/,
    ],
    [
      'a path from the root of a disk',
      { from: '@s//etc/passwd', to: '@artifact/' },
      /it leaves the source$/,
    ],
    [
      'a path that leaves the artifact',
      { from: '@s/a.yaml', to: '@artifact/../x' },
      /stay below it$/,
    ],
    [
      'a source without an alias',
      { from: 'a.yaml', to: '@artifact/' },
      /source format must be '@alias\/pattern'$/,
    ],
    [
      'a folder to be unpacked',
      { from: '@s/dir', to: '@artifact/', strategy: 'Extract' },
      /extract strategy is not supported for directories, got 'dir'$/,
    ],
    [
      'a file to be unpacked that is no archive',
      { from: '@s/a.yaml', to: '@artifact/', strategy: 'Extract' },
      /extract strategy requires tarball file \(.tar.gz or .tgz\), got 'a.yaml'$/,
    ],
  ];

  it.each(failures)('refuses %s', async (_, operation, message) => {
    await expect(copy({ s: ['a.yaml', 'dir/b'] }, [operation])).rejects.toThrow(
      message,
    );
  });

  it.each([
    ['a file over a folder', ['x/y'], ['x'], /is a directory/],
    ['a folder over a file', ['x'], ['x/y'], /not a directory/],
  ])('refuses %s', async (_, first, second, message) => {
    await expect(
      copy({ a: first, b: second }, [
        { from: '@a/**', to: '@artifact/' },
        { from: '@b/**', to: '@artifact/' },
      ]),
    ).rejects.toThrow(message);
  });

  it.each([
    ['a: &a [1]\nb: [*a', /./],
    ['- 1\n', /it is no table/],
    [`x: "${'y'.repeat(3 * 1024 * 1024)}"`, /larger than 2097152 bytes/],
  ])('refuses to merge what cannot be', async (content, message) => {
    await expect(
      copy(
        { s: { a: 'x: 1', b: content } },
        [
          { from: '@s/a', to: '@artifact/a' },
          { from: '@s/b', to: '@artifact/a', strategy: 'Merge' },
        ],
        { bytes: 10 * 1024 * 1024 },
      ),
    ).rejects.toThrow(message);
  });

  it.each([
    [{ files: 1 }, /more than the 1 files/],
    [{ bytes: 3 }, /larger than the 3 bytes/],
  ])('has bounds: %j', async (limits, message) => {
    await expect(
      copy(
        { s: { a: 'xx', b: 'yy' } },
        [{ from: '@s/**', to: '@artifact/' }],
        limits,
      ),
    ).rejects.toThrow(message);
  });
});
