import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stringifyJson } from '@backstage-gitops/kubernetes-yaml';
import fc from 'fast-check';
import { DirectoryFileSystem, KustomizeError, build } from '..';
import { buildText } from '../testing/buildText';

type Files = Record<string, string>;

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,4}$/);
const text = fc.oneof(
  fc.constantFrom('yes', '1.50', '0777', ' x ', 'a: b', '#', '12:30', '~', ''),
  fc.string({ unit: 'grapheme', maxLength: 90 }),
);
const labels = fc.dictionary(name, text, { maxKeys: 2 });

/** Objects of a few kinds with few names, so that they refer to each other. */
const object = fc.oneof(
  fc
    .record({ name, data: fc.dictionary(name, text, { maxKeys: 3 }) })
    .map(({ name: n, data }): object => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: n },
      data,
    })),
  fc
    .record({ name, labels, image: name, refers: name })
    .map(({ name: n, labels: l, image, refers }): object => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: n, labels: l },
      spec: {
        template: {
          spec: {
            containers: [
              {
                name: 'app',
                image: `${image}:1`,
                envFrom: [{ configMapRef: { name: refers } }],
              },
            ],
          },
        },
      },
    })),
  name.map((n): object => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: n },
  })),
  fc
    .record({ name, spec: fc.jsonValue({ maxDepth: 3 }) })
    .map(({ name: n, spec }): object => ({
      apiVersion: 'example.com/v1',
      kind: 'Thing',
      metadata: { name: n },
      spec,
    })),
);

const objects = fc.uniqueArray(object, {
  minLength: 1,
  maxLength: 5,
  selector: value => {
    const { kind, metadata } = value as { kind: string; metadata: object };
    return stringifyJson({ kind, metadata: { ...metadata, labels: null } });
  },
});

/** Fields of a kustomization; together they may well be an error. */
const transformations = fc.record(
  {
    namePrefix: name.map(n => `${n}-`),
    nameSuffix: name.map(n => `-${n}`),
    namespace: name,
    labels: fc.array(
      fc.record({ pairs: labels, includeTemplates: fc.boolean() }),
      { maxLength: 2 },
    ),
    commonAnnotations: labels,
    images: fc.array(
      fc.record({ name, newTag: fc.constantFrom('2', 'v1.0') }),
      { maxLength: 2 },
    ),
    configMapGenerator: fc.uniqueArray(
      fc.record({
        name: name.map(n => `generated-${n}`),
        literals: fc.uniqueArray(
          name.map(n => `${n}=1`),
          { maxLength: 2 },
        ),
      }),
      { maxLength: 2, selector: entry => entry.name },
    ),
    patches: fc.array(
      fc.record({
        target: fc.record({ kind: fc.constantFrom('ConfigMap', 'Deployment') }),
        patch: fc.constantFrom(
          '- {op: add, path: /metadata/labels, value: {a: b}}',
          '{apiVersion: v1, kind: X, metadata: {name: x, labels: {c: d}}}',
        ),
      }),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: [] },
);

/** A base with objects and an overlay. */
const files = fc
  .record({ objects, base: transformations, overlay: transformations })
  .map(({ objects: list, base, overlay }): Files => {
    const result: Files = {
      'base/kustomization.yaml': stringifyJson({
        resources: list.map((_, i) => `${i}.yaml`),
        ...base,
      }),
      'overlay/kustomization.yaml': stringifyJson({
        resources: ['../base'],
        ...overlay,
      }),
    };
    list.forEach((item, i) => {
      result[`base/${i}.yaml`] = stringifyJson(item);
    });
    return result;
  });

/** What is printed, or the error. */
function outcome(run: () => string): { text?: string; error?: string } {
  try {
    return { text: run() };
  } catch (error) {
    if (error instanceof KustomizeError) {
      return { error: `${error.code}: ${error.message}` };
    }
    throw error;
  }
}

type Order = 'none' | 'legacy';

const buildOverlay = (input: Files, reorder: Order = 'none') =>
  outcome(() => buildText(input, { path: 'overlay', reorder }));

// The same examples in every run: what fails here fails everywhere.
const EXAMPLES = { seed: 5_8_1, numRuns: 150 };

describe('any kustomization', () => {
  it('builds twice to the same, or fails with the same KustomizeError', () => {
    let built = 0;
    fc.assert(
      fc.property(files, input => {
        const once = buildOverlay(input);
        expect(buildOverlay(input)).toEqual(once);
        built += Number(once.text !== undefined);
      }),
      EXAMPLES,
    );
    // Most have to succeed for this to say something.
    expect(built).toBeGreaterThan(EXAMPLES.numRuns / 2);
  });

  it('builds to the same from memory and from a directory', () => {
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'kustomize-')));
    let count = 0;
    try {
      fc.assert(
        fc.property(files, input => {
          const directory = join(root, String(count++));
          for (const [path, content] of Object.entries(input)) {
            const file = join(directory, path);
            mkdirSync(dirname(file), { recursive: true });
            writeFileSync(file, content);
          }
          const fromDisk = outcome(() =>
            build({
              fileSystem: new DirectoryFileSystem({ root: directory }),
              path: 'overlay',
              options: { reorder: 'none' },
            }).toYaml(),
          );
          expect(fromDisk).toEqual(buildOverlay(input));
        }),
        { ...EXAMPLES, numRuns: 40 },
      );
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  // Under a kustomization that lists the output and does nothing else: a
  // prefix, for one, would be added twice.
  it('builds its own output to the same', () => {
    fc.assert(
      fc.property(
        files,
        fc.constantFrom<Order>('none', 'legacy'),
        (input, reorder) => {
          const { text: once } = buildOverlay(input, reorder);
          fc.pre(once !== undefined);
          const again = {
            'overlay/kustomization.yaml': 'resources: [all.yaml]\n',
            'overlay/all.yaml': once!,
          };
          expect(buildOverlay(again, reorder)).toEqual({ text: once });
        },
      ),
      EXAMPLES,
    );
  });

  // In the legacy order, which has a place for every object. Which of several
  // errors comes first may depend on the order.
  it('builds to the same whatever the order of its resources', () => {
    fc.assert(
      fc.property(files, fc.infiniteStream(fc.nat()), (input, places) => {
        const base = JSON.parse(input['base/kustomization.yaml']) as {
          resources: string[];
        };
        const shuffled = base.resources
          .map(file => ({ file, place: places.next().value as number }))
          .sort((a, b) => a.place - b.place)
          .map(({ file }) => file);
        const other = {
          ...input,
          'base/kustomization.yaml': stringifyJson({
            ...base,
            resources: shuffled,
          }),
        };
        const { text: once } = buildOverlay(input, 'legacy');
        const { text: twice } = buildOverlay(other, 'legacy');
        expect(twice).toBe(once);
      }),
      EXAMPLES,
    );
  });
});
