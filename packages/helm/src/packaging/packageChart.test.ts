import { gunzipSync } from 'node:zlib';
import { Chart, loadChartArchive, loadChartFiles } from '../charts';
import { chartOf } from '../testing/chartOf';
import { mergeValuesFiles, packageChart, withBuildMetadata } from './index';

const code = (expected: string) => expect.objectContaining({ code: expected });

const FILES = {
  'Chart.yaml':
    'version: 1.2.3\nname: web\ndependencies:\n- {name: db, version: 1.x, repository: "https://a.b", import-values: [x]}\napiVersion: v2\n',
  'Chart.lock':
    'generated: "2020-01-02T03:04:05Z"\ndigest: sha256:x\ndependencies:\n- {version: 1.0.0, name: db, repository: "https://a.b"}\n',
  'values.yaml': '# kept\nb: 1\na: {c: 1, d: null}\n',
  'values.schema.json': '{}',
  'README.md': 'read',
  'prod.yaml': 'a: {c: 2, e: [1]}\nb: null\n',
  'templates/web.yaml': 'kind: Pod',
  'crds/a.yaml': 'kind: CustomResourceDefinition',
  'charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.0.0\n',
  'charts/db/values.yaml': 'x: 1\n',
};

/** Name, mode and text of each entry of a tar of short names. */
function entriesOf(archive: Uint8Array): [string, number, string][] {
  const tar = gunzipSync(archive);
  const text = (from: number, to: number) =>
    tar.subarray(from, to).toString().replace(/\0.*$/s, '');
  const entries: [string, number, string][] = [];
  for (let at = 0; tar[at];) {
    const size = parseInt(text(at + 124, at + 136), 8);
    const mode = parseInt(text(at + 100, at + 108), 8);
    entries.push([
      text(at, at + 100),
      mode,
      tar.subarray(at + 512, at + 512 + size).toString(),
    ]);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return entries;
}

function content(chart: Chart): unknown {
  const { metadata, lock, values, templates, files, dependencies } = chart;
  const texts = (list: Chart['files']) =>
    list.map(({ name, data }) => [name, Buffer.from(data).toString()]);
  return {
    ...{ metadata, lock, values },
    schema: chart.schema && Buffer.from(chart.schema).toString(),
    templates: texts(templates),
    files: texts(files),
    dependencies: dependencies.map(content),
  };
}

describe('packageChart', () => {
  it('has the entries of Helm in its order', async () => {
    const { archive, fileName, metadata } = await packageChart(
      await chartOf(FILES),
    );
    expect(fileName).toBe('web-1.2.3.tgz');
    expect(metadata.version).toBe('1.2.3');
    expect(entriesOf(archive)).toEqual([
      [
        'web/Chart.yaml',
        0o644,
        'apiVersion: v2\ndependencies:\n- import-values:\n  - x\n  name: db\n  repository: https://a.b\n  version: 1.x\nname: web\nversion: 1.2.3\n',
      ],
      [
        'web/Chart.lock',
        0o644,
        'dependencies:\n- name: db\n  repository: https://a.b\n  version: 1.0.0\ndigest: sha256:x\ngenerated: "2020-01-02T03:04:05Z"\n',
      ],
      ['web/values.yaml', 0o644, FILES['values.yaml']],
      ['web/values.schema.json', 0o644, '{}'],
      ['web/templates/web.yaml', 0o644, 'kind: Pod'],
      ['web/README.md', 0o644, 'read'],
      ['web/prod.yaml', 0o644, FILES['prod.yaml']],
      ['web/crds/a.yaml', 0o644, 'kind: CustomResourceDefinition'],
      ['web/charts/db/Chart.yaml', 0o644, FILES['charts/db/Chart.yaml']],
      ['web/charts/db/values.yaml', 0o644, 'x: 1\n'],
    ]);
    // No time, no system, Helm's own field and its comment.
    expect(Buffer.from(archive.subarray(0, 16)).toString('hex')).toBe(
      '1f8b08140000000000ff2c0072722800',
    );
    expect(Buffer.from(archive.subarray(56, 61)).toString()).toBe('Helm\0');
  });

  it('gives the same bytes, and the same chart', async () => {
    const chart = await chartOf(FILES);
    const { archive } = await packageChart(chart);
    expect((await packageChart(await chartOf(FILES))).archive).toEqual(archive);
    const loaded = await loadChartArchive(archive);
    expect(content(loaded)).toEqual(content(chart));
    expect((await packageChart(loaded)).archive).toEqual(archive);
  });

  it('packs with another version and other values', async () => {
    const { fileName, archive } = await packageChart(await chartOf(FILES), {
      version: withBuildMetadata('1.2.3', '4'),
      appVersion: '7',
      values: { b: 1, a: 'x' },
    });
    expect(fileName).toBe('web-1.2.3+4.tgz');
    const chart = await loadChartArchive(archive);
    expect(chart.metadata).toMatchObject({
      version: '1.2.3+4',
      appVersion: '7',
    });
    expect(entriesOf(archive)[2]).toEqual([
      'web/values.yaml',
      0o644,
      'a: x\nb: 1\n',
    ]);
  });

  it('leaves dependencies of v1 charts to requirements.yaml', async () => {
    const chart = await chartOf({
      'Chart.yaml': 'apiVersion: v1\nname: web\nversion: 1.0.0\n',
      'requirements.yaml': 'dependencies:\n- {name: db, version: 1.0.0}\n',
    });
    expect(chart.metadata.dependencies).toHaveLength(1);
    const { archive } = await packageChart(chart);
    expect(entriesOf(archive)[0][2]).not.toContain('dependencies');
    expect(content(await loadChartArchive(archive))).toEqual(content(chart));
  });

  it('keeps two versions of a chart apart', async () => {
    const db = (version: string) =>
      `apiVersion: v2\nname: db\nversion: ${version}\n`;
    const two = (second: string) =>
      chartOf({
        'charts/db-1/Chart.yaml': db('1.0.0'),
        'charts/db-2/Chart.yaml': db(second),
      });
    const { archive } = await packageChart(await two('2.0.0'));
    expect(entriesOf(archive).map(([name]) => name)).toEqual([
      'web/Chart.yaml',
      'web/charts/db/Chart.yaml',
      'web/charts/db-2.0.0/Chart.yaml',
    ]);
    const third = packageChart(
      await chartOf({
        'charts/1/Chart.yaml': db('1.0.0'),
        'charts/2/Chart.yaml': db('1.0.0'),
        'charts/3/Chart.yaml': db('1.0.0'),
      }),
    );
    await expect(third).rejects.toThrow(code('duplicate-path'));
  });

  it.each(['../x', '/x', 'a//b', 'a/../../b', 'a\\b'])(
    'refuses a file %j',
    async name => {
      const chart = await loadChartFiles([
        {
          name: 'Chart.yaml',
          data: Buffer.from(FILES['charts/db/Chart.yaml']),
        },
        { name, data: Buffer.from('x') },
      ]);
      await expect(packageChart(chart)).rejects.toThrow(code('invalid-path'));
    },
  );

  it('refuses what Helm refuses', async () => {
    const chart = await chartOf(FILES);
    await expect(packageChart(chart, { version: 'x' })).rejects.toThrow(
      code('invalid-chart'),
    );
    const broken = await chartOf({ 'values.schema.json': '{' });
    await expect(packageChart(broken)).rejects.toThrow(code('invalid-schema'));
  });
});

it('withBuildMetadata adds to what is there', () => {
  expect(withBuildMetadata('v1.2', 'abc')).toBe('1.2.0+abc');
  expect(withBuildMetadata('1.2.3-rc.1+a', '4')).toBe('1.2.3-rc.1+a.4');
  expect(() => withBuildMetadata('1.2.3', 'a b')).toThrow(
    code('invalid-chart'),
  );
  expect(() => withBuildMetadata('x', '1')).toThrow(code('invalid-chart'));
});

describe('mergeValuesFiles', () => {
  it('merges files of the chart', async () => {
    const chart = await chartOf(FILES);
    expect(
      mergeValuesFiles(chart, {
        paths: ['values.yaml', './prod.yaml', 'none.yaml'],
        ignoreMissing: true,
      }),
    ).toEqual({
      values: { a: { c: 2, d: null, e: [1] }, b: null },
      used: ['values.yaml', './prod.yaml'],
    });
    expect(chart.values).toEqual({ b: 1, a: { c: 1, d: null } });
  });

  it('merges files from elsewhere', async () => {
    const readFile = (path: string) =>
      path === 'a.yaml' ? Buffer.from('x: 1') : undefined;
    const chart = await chartOf(FILES);
    expect(
      mergeValuesFiles(chart, { paths: ['a.yaml'], readFile }).values,
    ).toEqual({ x: 1 });
    expect(() =>
      mergeValuesFiles(chart, { paths: ['values.yaml'], readFile }),
    ).toThrow(code('missing-values-file'));
    expect(() =>
      mergeValuesFiles(chart, {
        paths: ['x'],
        readFile: () => Buffer.from('['),
      }),
    ).toThrow(code('invalid-values-file'));
  });
});
