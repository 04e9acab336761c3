import {
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectoryFileSystem, build } from '..';
import { buildError } from '../testing/buildText';

const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n';
const component = (rest: string) =>
  `apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n${rest}`;

describe('hostile kustomizations', () => {
  it('cannot read files above their directory', () => {
    const error = buildError(
      {
        'a/kustomization.yaml': 'resources: [../secret.yaml]\n',
        'secret.yaml': configMap,
      },
      { path: 'a' },
    );
    expect(error).toMatchObject({
      code: 'outside-root',
      file: '../secret.yaml',
      trail: ['accumulating resources'],
    });
  });

  it('cannot leave the root, whatever the restrictions', () => {
    expect(
      buildError(
        { 'kustomization.yaml': 'resources: [../../../../etc/passwd]\n' },
        { loadRestrictions: 'none' },
      ).code,
    ).toBe('not-found');
  });

  it('cannot refer to itself', () => {
    expect(buildError({ 'kustomization.yaml': 'resources: [.]\n' }).code).toBe(
      'cycle',
    );
    expect(
      buildError(
        {
          'a/kustomization.yaml': 'resources: [../b]\n',
          'b/kustomization.yaml': 'resources: [../a]\n',
        },
        { path: 'a' },
      ).code,
    ).toBe('cycle');
    expect(
      buildError({
        'kustomization.yaml': 'components: [c]\n',
        'c/kustomization.yaml': component('components: [../c]\n'),
      }).code,
    ).toBe('cycle');
  });

  it('cannot expand aliases without bound', () => {
    let bomb = `${configMap}data:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n`;
    for (let i = 1; i < 9; i++) {
      bomb += `  a${i}: &a${i} [${Array(10)
        .fill(`*a${i - 1}`)
        .join(', ')}]\n`;
    }
    expect(
      buildError({
        'kustomization.yaml': 'resources: [bomb.yaml]\n',
        'bomb.yaml': bomb,
      }),
    ).toMatchObject({ code: 'invalid-yaml', file: 'bomb.yaml' });
  });

  it('cannot have two objects with one id', () => {
    expect(
      buildError({
        'kustomization.yaml': 'resources: [a.yaml, b.yaml]\n',
        'a.yaml': configMap,
        'b.yaml': configMap,
      }),
    ).toMatchObject({
      code: 'duplicate-id',
      file: 'b.yaml',
      object: 'ConfigMap.v1.[noGrp]/c.[noNs]',
    });
  });

  it('does not fetch', () => {
    for (const url of [
      'https://example.com/x.yaml',
      'github.com/org/repo//base?ref=v1',
      'git@example.com:org/repo.git',
    ]) {
      expect(
        buildError({ 'kustomization.yaml': `resources: ["${url}"]\n` }).code,
      ).toBe('remote');
    }
  });

  it('does not render charts or run programs', () => {
    expect(
      buildError({ 'kustomization.yaml': 'helmCharts: [{name: x}]\n' }).code,
    ).toBe('helm');
    expect(
      buildError({
        'kustomization.yaml':
          'generators:\n- |-\n  apiVersion: example.com/v1\n  kind: Exec\n  metadata: {name: x}\n',
      }).code,
    ).toBe('unsupported');
  });

  it.each([
    'resources: x',
    'resources: [1]',
    'components: {}',
    'namePrefix: []',
    'nameSuffix: {}',
    'namespace: 1',
    'commonLabels: []',
    'commonLabels: {a: 1}',
    'commonAnnotations: x',
    'labels: {}',
    'labels: [{pairs: {a: {}}}]',
    'patches: [x]',
    'patches: [{target: x}]',
    'patches: [{patch: {}}]',
    'patchesStrategicMerge: {}',
    'patchesJson6902: [1]',
    'images: {}',
    'images: [{name: 1}]',
    'replicas: [{count: x}]',
    'replacements: x',
    'replacements: [{source: 1, targets: []}]',
    'vars: {}',
    'vars: [{objref: []}]',
    'sortOptions: []',
    'configMapGenerator: {}',
    'configMapGenerator: [{name: a, literals: x}]',
    'secretGenerator: [{name: a, options: []}]',
    'generatorOptions: x',
    'configurations: x',
    'openapi: []',
    'buildMetadata: {}',
    'unknown: 1',
  ])('names the field in %j', text => {
    const field = text.slice(0, text.indexOf(':'));
    const error = buildError({ 'kustomization.yaml': `${text}\n` });
    expect(error.code).toBe('invalid-kustomization');
    expect(error.message).toContain(field);
  });

  it.each([
    ['a list', '- a\n'],
    ['a scalar', 'text\n'],
    ['no kind', 'apiVersion: v1\nmetadata: {name: x}\n'],
    ['no name', 'apiVersion: v1\nkind: X\n'],
    [
      'a kind that is a list',
      'apiVersion: v1\nkind: []\nmetadata: {name: x}\n',
    ],
    ['metadata that is a list', 'apiVersion: v1\nkind: X\nmetadata: []\n'],
    [
      'a name that is a mapping',
      'apiVersion: v1\nkind: X\nmetadata: {name: {}}\n',
    ],
    [
      'labels that are a list',
      'apiVersion: v1\nkind: X\nmetadata: {name: x, labels: []}\n',
    ],
    ['items that are a mapping', 'apiVersion: v1\nkind: List\nitems: {}\n'],
    ['an item that is a scalar', 'apiVersion: v1\nkind: List\nitems: [1]\n'],
  ])('refuses a resource that is or has %s', (_, text) => {
    expect(
      buildError({
        'kustomization.yaml': 'resources: [x.yaml]\n',
        'x.yaml': text,
      }),
    ).toMatchObject({ code: 'invalid-resource', file: 'x.yaml' });
  });

  it('keeps dangerous names as ordinary keys', () => {
    const error = buildError({
      'kustomization.yaml': '__proto__: {polluted: true}\nresources: []\n',
    });
    expect(error.code).toBe('invalid-kustomization');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('DirectoryFileSystem', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'kustomize-'));
    mkdirSync(join(root, 'repo'));
    writeFileSync(join(root, 'outside.yaml'), configMap);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('does not follow links out of its root', () => {
    symlinkSync('../outside.yaml', join(root, 'repo/link.yaml'));
    writeFileSync(
      join(root, 'repo/kustomization.yaml'),
      'resources: [link.yaml]\n',
    );
    const fileSystem = new DirectoryFileSystem({ root: join(root, 'repo') });
    expect(() =>
      build({ fileSystem, path: '.', options: { loadRestrictions: 'none' } }),
    ).toThrow(
      expect.objectContaining({ code: 'not-found', file: 'link.yaml' }),
    );
  });

  it('does not follow links of directories out of its root', () => {
    symlinkSync('..', join(root, 'repo/up'));
    symlinkSync('up', join(root, 'repo/chain'));
    const fileSystem = new DirectoryFileSystem({ root: join(root, 'repo') });
    for (const path of ['/up', '/up/outside.yaml', '/chain/outside.yaml']) {
      expect(fileSystem.resolve(path)).toBeUndefined();
      expect(() => fileSystem.readFile(path)).toThrow(
        expect.objectContaining({ code: 'not-found' }),
      );
    }
  });

  it('does not read a file that is too large', () => {
    writeFileSync(join(root, 'repo/large.yaml'), 'x'.repeat(101));
    const fileSystem = new DirectoryFileSystem({
      root: join(root, 'repo'),
      maxFileSize: 100,
    });
    expect(() => fileSystem.readFile('/large.yaml')).toThrow(
      expect.objectContaining({ code: 'limit', file: '/large.yaml' }),
    );
  });

  it('does not loop on links in a circle', () => {
    symlinkSync('b', join(root, 'repo/a'));
    symlinkSync('a', join(root, 'repo/b'));
    const fileSystem = new DirectoryFileSystem({ root: join(root, 'repo') });
    expect(fileSystem.resolve('/a')).toBeUndefined();
  });
});
