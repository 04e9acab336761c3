import { KustomizeError, MemoryFileSystem, build } from '..';
import type { BuildLimits } from '..';

type Files = Record<string, string | Uint8Array>;

const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n';
const component =
  'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n';
const times = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('');

/** A resource `c.yaml`, and a kustomization that lists it. */
const withResource = (resource: string, rest = ''): Files => ({
  'kustomization.yaml': `resources: [c.yaml]\n${rest}`,
  'c.yaml': resource,
});
const patched = (operations: string): Files =>
  withResource(
    configMap,
    `patches:\n- target: {kind: ConfigMap}\n  patch: |\n${operations}`,
  );

function errorOf(files: Files, limits?: Partial<BuildLimits>): unknown {
  try {
    build({
      fileSystem: new MemoryFileSystem(files),
      path: '.',
      options: { reorder: 'none', limits },
    }).toYaml();
    return undefined;
  } catch (error) {
    return error;
  }
}

function doublingDirectories(base: string): Files {
  const files: Files = {
    'kustomization.yaml': 'resources: [d39]\n',
    'd0/kustomization.yaml': base,
    'd0/c.yaml': configMap,
  };
  for (let i = 1; i < 40; i++) {
    files[`d${i}/kustomization.yaml`] = `resources: [../a${i}, ../b${i}]\n`;
    for (const side of ['a', 'b']) {
      files[`${side}${i}/kustomization.yaml`] =
        `namePrefix: ${side}-\nresources: [../d${i - 1}]\n`;
    }
  }
  return files;
}

const bomb = (levels: number) =>
  `data:\n  a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n${times(
    levels,
    i => `  a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(',')}]\n`,
  )}`;

// All of these would take minutes, gigabytes or for ever without a bound.
const BOMBS: Record<string, () => Files> = {
  'aliases of aliases': () => withResource(configMap + bomb(9)),
  'merge keys of merge keys': () =>
    withResource(
      `${configMap}x0: &x0 {a: 1}\n${times(
        40,
        i => `x${i + 1}: &x${i + 1}\n  <<: [*x${i}, *x${i}]\n  k${i}: *x${i}\n`,
      )}`,
    ),
  'a mapping merged thousands of times': () =>
    withResource(
      `${configMap}a: &a {${times(2_000, i => `k${i}: 1, `)}}\nb:\n  <<: [${Array(
        5_000,
      )
        .fill('*a')
        .join(',')}]\n`,
    ),
  'a long text and many aliases': () =>
    withResource(
      `${configMap}data:\n  a: &a ${'x'.repeat(1e6)}\n  b: [${Array(1e5)
        .fill('*a')
        .join(',')}]\n`,
    ),
  'a kustomization of aliases': () => ({
    'kustomization.yaml': bomb(9),
  }),
  'a patch with aliases, applied thousands of times': () => ({
    ...withResource(
      configMap,
      `patches:\n${times(
        2_000,
        () => '- {path: p.yaml, target: {kind: ConfigMap}}\n',
      )}`,
    ),
    'p.yaml': configMap + bomb(3),
  }),
  'copies that double': () =>
    patched(
      `    - {op: add, path: /data, value: {a: {}}}\n${times(
        60,
        i => `    - {op: copy, from: /data, path: /data/x${i}}\n`,
      )}`,
    ),
  'replacements that double mappings': () =>
    withResource(
      `${configMap}data: {a: {b: c}}\n`,
      `replacements:\n${times(
        60,
        i => `- source: {kind: ConfigMap, fieldPath: data}
  targets:
  - {select: {kind: ConfigMap}, fieldPaths: [data.x${i}], options: {create: true}}
`,
      )}`,
    ),
  'replacements that double texts': () =>
    withResource(
      `${configMap}data: {a: a-b}\n`,
      `replacements:\n${times(
        60,
        () => `- source: {kind: ConfigMap, fieldPath: data.a}
  targets:
  - select: {kind: ConfigMap}
    fieldPaths: [data.a]
    options: {delimiter: "-", index: 1}
`,
      )}`,
    ),
  'directories that double': () => doublingDirectories('resources: [c.yaml]\n'),
  'directories that double and hold nothing': () =>
    doublingDirectories('namePrefix: a\n'),
  'a component many times': () => ({
    'kustomization.yaml': `components:\n${times(20_000, () => '- c\n')}`,
    'c/kustomization.yaml': `${component}namePrefix: a\n`,
  }),
  'an empty file many times': () => ({
    'kustomization.yaml': `resources:\n${times(200_000, () => '- e.yaml\n')}`,
    'e.yaml': '',
  }),
  'images without end': () =>
    withResource(
      times(300, i => `---\n${configMap.replace('name: c', `name: c${i}`)}`),
      `images:\n${times(100_000, i => `- {name: a${i}, newTag: b}\n`)}`,
    ),
  'ports without protocol': () => {
    const service =
      'apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec:\n';
    return {
      'kustomization.yaml': 'resources: [c.yaml]\npatches: [{path: p.yaml}]\n',
      'c.yaml': `${service}  ports:\n${times(1e5, i => `  - {port: ${i}}\n`)}`,
      'p.yaml': `${service}  ports: [{port: 5, protocol: TCP}]\n`,
    };
  },
  'a path of very many names': () =>
    withResource(
      configMap,
      `replacements:
- sourceValue: x
  targets:
  - select: {kind: ConfigMap}
    fieldPaths: ["${'a.'.repeat(1e5)}b"]
    options: {create: true}
`,
    ),
  'deep flow lists': () =>
    withResource(`${configMap}a: ${'['.repeat(10_000)}${']'.repeat(10_000)}\n`),
  'deep block lists': () => withResource(`${configMap}a:\n${'- '.repeat(1e5)}`),
  'a kustomization of deep lists': () => ({
    'kustomization.yaml': `a: ${'['.repeat(10_000)}`,
  }),
  'a file of 50 MB': () => ({
    'kustomization.yaml': 'resources: [c.yaml]\n',
    'c.yaml': Buffer.alloc(50_000_000, 'a'),
  }),
  'a kustomization of 50 MB': () => ({
    'kustomization.yaml': Buffer.alloc(50_000_000, 'a'),
  }),
  'a regular expression of repetitions': () =>
    withResource(
      configMap,
      'patches:\n- target: {name: "((a{100}){100}){100}"}\n  patch: "- {op: remove, path: /x}"\n',
    ),
};

// What is large but does not grow is built.
const LARGE: Record<string, () => Files> = {
  'an expression that backtracks elsewhere': () =>
    withResource(
      configMap.replace('name: c', `name: ${'a'.repeat(100_000)}b`),
      'patches:\n- target: {name: "(a+)+$"}\n  patch: "- {op: remove, path: /x}"\n',
    ),
  'brackets in a path': () =>
    withResource(
      `${configMap}data: {"a${'['.repeat(5_000)}x": y}\n`,
      `replacements:\n- sourceValue: z\n  targets: [{select: {kind: ConfigMap}, fieldPaths: ["data.a${'['.repeat(5_000)}x"]}]\n`,
    ),
  'a keyed list of 100,000 elements': () => {
    const deployment =
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {template: {spec: {containers: ';
    return {
      'kustomization.yaml': 'resources: [c.yaml]\npatches: [{path: p.yaml}]\n',
      'c.yaml': `${deployment}[${times(1e5, i => `{name: c${i}}, `)}]}}}\n`,
      'p.yaml': `${deployment}[{name: c5, image: x}]}}}\n`,
    };
  },
  'references that are not closed': () => ({
    ...withResource(
      `${configMap}data: {a: x, b: "${'$('.repeat(5e5)}"}\n`,
      `configurations: [v.yaml]
vars:
- name: A
  objref: {apiVersion: v1, kind: ConfigMap, name: c}
  fieldref: {fieldPath: data.a}
`,
    ),
    'v.yaml': 'varReference: [{path: data/b, kind: ConfigMap}]\n',
  }),
  'many variables': () =>
    withResource(
      configMap,
      `vars:\n${times(
        20_000,
        i =>
          `- {name: A${i}, objref: {apiVersion: v1, kind: ConfigMap, name: c}}\n`,
      )}`,
    ),
  'a number of a million digits': () =>
    withResource(`${configMap}data: {a: ${'9'.repeat(1e6)}}\n`),
  'many small patches': () =>
    withResource(
      configMap,
      `patchesStrategicMerge:\n${times(
        5_000,
        i =>
          `- '{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: "${i}"}}'\n`,
      )}`,
    ),
};

describe('hostile sizes', () => {
  // Far above what they take (below a second), only against a hang.
  const HANG = 60_000;

  it.each(Object.entries(BOMBS))(
    'refuses %s',
    (_, files) => {
      // A tenth of the default, because tests run slower than builds.
      const error = errorOf(files(), { values: 400_000 });
      expect(error).toEqual(expect.any(KustomizeError));
      // Hostile input does not come back as an error of megabytes.
      expect((error as KustomizeError).message.length).toBeLessThan(50_000);
    },
    HANG,
  );

  it.each(Object.entries(LARGE))(
    'builds %s',
    (_, files) => {
      expect(errorOf(files())).toBeUndefined();
    },
    HANG,
  );
});

describe('limits', () => {
  const files: Files = {
    'kustomization.yaml': 'resources: [base]\nimages: [{name: a, newTag: b}]\n',
    'base/kustomization.yaml': 'resources: [c.yaml]\n',
    'base/c.yaml': `${configMap}a: &a {b: [c]}\nd: *a\n`,
  };

  it('are far away from ordinary files', () => {
    expect(errorOf(files)).toBeUndefined();
  });

  it.each<Partial<BuildLimits>>([
    { fileBytes: 20 },
    { totalBytes: 2_000 },
    { values: 12 },
    { depth: 2 },
    { aliasValues: 2 },
    { directories: 0 },
    { matches: 0 },
    { output: 20 },
  ])('can be set: %j', limits => {
    expect(errorOf(files, limits)).toMatchObject({
      code: expect.stringMatching(/^(?:limit|invalid-yaml)$/),
    });
  });
});
