import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { Header, pack } from 'tar-stream';
import {
  ChartFile,
  ChartLimits,
  loadChartArchive,
  loadChartDirectory,
  loadChartFiles,
} from './index';

const CHART = 'apiVersion: v2\nname: web\nversion: 1.2.3\n';

function file(name: string, text = ''): ChartFile {
  return { name, data: Buffer.from(text) };
}

type Entry =
  (Partial<Header> & { name: string }) | [string, (string | Buffer)?];

async function archive(...entries: Entry[]): Promise<Buffer> {
  const tar = pack();
  for (const entry of entries) {
    if (Array.isArray(entry)) {
      tar.entry({ name: entry[0] }, entry[1] ?? '');
    } else {
      tar.entry(entry);
    }
  }
  tar.finalize();
  return gzipSync(await buffer(tar));
}

const code = (expected: string) => expect.objectContaining({ code: expected });

describe('loadChartFiles', () => {
  it('sorts files by what they are', async () => {
    const chart = await loadChartFiles([
      file('templates/web.yaml', 'kind: Pod'),
      file('values.yaml', '\uFEFFreplicas: 2\nbig: 12345678901234567890\n'),
      file('Chart.yaml', `${CHART}appVersion: 1.10\ntype: application\n`),
      file('values.schema.json', '{}'),
      file('crds/a.yaml', 'kind: CustomResourceDefinition'),
      file('README.md'),
      file('charts/db/Chart.yaml', CHART.replace('web', 'db')),
      file('charts/db/crds/b.json'),
      file('charts/_off/Chart.yaml', 'nothing: here'),
      file('charts/db-1.0.0.tgz.prov'),
    ]);
    // As Helm has it: a version without quotation marks is a number.
    expect(chart.metadata).toMatchObject({ name: 'web', appVersion: '1.1' });
    expect(chart.values).toEqual({ replicas: 2, big: 12345678901234567000 });
    expect(chart.templates.map(({ name }) => name)).toEqual([
      'templates/web.yaml',
    ]);
    expect(chart.files.map(({ name }) => name)).toEqual([
      'crds/a.yaml',
      'README.md',
      'charts/db-1.0.0.tgz.prov',
    ]);
    expect(chart.dependencies.map(({ fullPath }) => fullPath)).toEqual([
      'web/charts/db',
    ]);
    expect(chart.crds.map(({ path }) => path)).toEqual([
      'web/crds/a.yaml',
      'web/charts/db/crds/b.json',
    ]);
  });

  it('reads dependencies of charts of Helm 2', async () => {
    const chart = await loadChartFiles([
      file('requirements.yaml', 'dependencies: [{name: db, version: ^1}]\n'),
      file('requirements.lock', 'digest: sha256:1\n'),
      file('Chart.yaml', CHART.replace('apiVersion: v2\n', '')),
    ]);
    expect(chart.metadata.apiVersion).toBe('v1');
    expect(chart.metadata.dependencies).toMatchObject([
      { name: 'db', version: '^1' },
    ]);
    expect(chart.lock?.digest).toBe('sha256:1');
    expect(chart.files).toHaveLength(2);
  });

  it.each([
    ['', 'missing-chart-file'],
    ['[]', 'invalid-chart-file'],
    ['a: [', 'invalid-chart-file'],
    ['name: [x]\nversion: 1.0.0\n', 'invalid-chart-file'],
    ['version: 1.0.0\n', 'invalid-metadata'],
    ['name: ..\nversion: 1.0.0\n', 'invalid-metadata'],
    ['name: .\nversion: 1.0.0\n', 'invalid-metadata'],
    ['name: a/b\nversion: 1.0.0\n', 'invalid-metadata'],
    ['name: a\nversion: ../..\n', 'invalid-metadata'],
    ['name: a\nversion: 1.0.0\ntype: x\n', 'invalid-metadata'],
    ['name: a\nversion: 1.0.0\nmaintainers: [null]\n', 'invalid-metadata'],
    [
      'name: a\nversion: 1.0.0\ndependencies: [{name: b, alias: ../c}]\n',
      'invalid-metadata',
    ],
    ['apiVersion: v9\nname: a\nversion: 1.0.0\n', 'unsupported-version'],
  ])('refuses Chart.yaml %j', async (text, expected) => {
    const files = text === '' ? [] : [file('Chart.yaml', text)];
    await expect(loadChartFiles(files)).rejects.toEqual(code(expected));
  });

  it('takes names of JavaScript for what they are', async () => {
    const chart = await loadChartFiles([
      file('Chart.yaml', `${CHART}__proto__: {x: 1}\nconstructor: 1\n`),
      file('values.yaml', '__proto__: {polluted: 1}\nconstructor: {a: 1}\n'),
    ]);
    expect(Object.keys(chart.values!)).toEqual(['__proto__', 'constructor']);
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('loadChartArchive', () => {
  const root: Entry = ['web/Chart.yaml', CHART];

  it('loads archives in archives', async () => {
    const inner = await archive(['db/Chart.yaml', CHART.replace('web', 'db')]);
    const chart = await loadChartArchive(
      await archive(root, ['web/charts/db-1.tgz', inner], {
        name: 'web/empty',
        type: 'directory',
      }),
    );
    expect(chart.dependencies.map(({ name }) => name)).toEqual(['db']);
  });

  it.each<[string, Entry[], string]>([
    ['parent directories', [root, ['web/../../x']], 'unsafe-path'],
    ['absolute paths', [root, ['web//etc/passwd']], 'unsafe-path'],
    ['drives', [root, ['web/c:/x']], 'unsafe-path'],
    ['backslashes', [root, ['web\\..\\..\\x']], 'unsafe-path'],
    ['files at the root', [['Chart.yaml', CHART]], 'unsafe-path'],
    [
      'links',
      [root, { name: 'web/x', type: 'symlink', linkname: '/etc/passwd' }],
      'unsupported-entry',
    ],
    [
      'hard links',
      [root, { name: 'web/x', type: 'link', linkname: 'web/Chart.yaml' }],
      'unsupported-entry',
    ],
    ['devices', [root, { name: 'web/x', type: 'fifo' }], 'unsupported-entry'],
    ['two of a name', [root, ['web/a'], ['web/./a']], 'duplicate-entry'],
    ['nothing', [], 'invalid-archive'],
  ])('refuses %s', async (_, entries, expected) => {
    await expect(loadChartArchive(await archive(...entries))).rejects.toEqual(
      code(expected),
    );
  });

  it.each<[string, ChartLimits]>([
    ['a large file', { maxFileSize: 1000 }],
    ['much in all', { maxTotalSize: 1000 }],
    ['many entries', { maxEntries: 1 }],
    ['a bomb', { maxRatio: 2 }],
  ])('refuses %s', async (_, limits) => {
    const zeros = Buffer.alloc(3 * 1024 * 1024);
    const bomb = await archive(
      root,
      ...Array.from({ length: 8 }, (__, i): Entry => [`web/zeros-${i}`, zeros]),
    );
    await expect(loadChartArchive(bomb, { limits })).rejects.toEqual(
      code('limit'),
    );
  });

  it('refuses charts in charts in charts', async () => {
    let inner = await archive(root);
    for (let i = 0; i < 4; i++) {
      inner = await archive(root, ['web/charts/web.tgz', inner]);
    }
    await expect(
      loadChartArchive(inner, { limits: { maxDepth: 3 } }),
    ).rejects.toEqual(code('limit'));
  });

  it('refuses what is damaged', async () => {
    const whole = await archive(root);
    for (const bad of [
      Buffer.from('text'),
      whole.subarray(0, 40),
      gzipSync(Buffer.alloc(1024, 'x')),
    ]) {
      await expect(loadChartArchive(bad)).rejects.toEqual(
        code('invalid-archive'),
      );
    }
  });
});

describe('loadChartDirectory', () => {
  it('leaves out what .helmignore names', async () => {
    const files: Record<string, string> = {
      'Chart.yaml': CHART,
      '.helmignore': '# rules\n*.bak\nsecret/\n',
      'a.bak': '',
      'a.txt': '',
    };
    const chart = await loadChartDirectory({
      list: path =>
        path === ''
          ? [
              ...Object.keys(files).map(name => ({
                name,
                kind: 'file' as const,
                size: files[name].length,
              })),
              { name: 'secret', kind: 'directory', size: 0 },
            ]
          : [{ name: 'device', kind: 'other', size: 0 }],
      read: path => Buffer.from(files[path]),
    });
    expect(chart.files.map(({ name }) => name)).toEqual([
      '.helmignore',
      'a.txt',
    ]);
  });
});
