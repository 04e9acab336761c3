import { stringifyJson } from '@backstage-gitops/kubernetes-yaml';
import { KustomizeError } from '..';
import { buildText } from '../testing/buildText';

/** What a field holds. `text` takes any scalar, as some of kustomize's do. */
type FieldType = 'string' | 'text' | 'boolean' | 'integer' | 'list' | 'mapping';

const SELECTOR: Record<string, FieldType> = {
  group: 'string',
  version: 'string',
  kind: 'string',
  name: 'string',
  namespace: 'string',
  labelSelector: 'string',
  annotationSelector: 'string',
};
const FIELD_SPEC: Record<string, FieldType> = {
  group: 'string',
  version: 'string',
  kind: 'string',
  path: 'string',
  create: 'boolean',
};
const GENERATOR_OPTIONS: Record<string, FieldType> = {
  '': 'mapping',
  labels: 'mapping',
  'labels.a': 'string',
  annotations: 'mapping',
  'annotations.a': 'string',
  disableNameSuffixHash: 'boolean',
  immutable: 'boolean',
};
const GENERATOR: Record<string, FieldType> = {
  '': 'list',
  '[]': 'mapping',
  '[].name': 'string',
  '[].namespace': 'string',
  '[].behavior': 'string',
  '[].literals': 'list',
  '[].literals[]': 'string',
  '[].files': 'list',
  '[].files[]': 'string',
  '[].envs': 'list',
  '[].envs[]': 'string',
  '[].env': 'string',
  ...under('[].options', GENERATOR_OPTIONS),
};
const PATCH: Record<string, FieldType> = {
  '': 'list',
  '[]': 'mapping',
  '[].path': 'string',
  '[].patch': 'string',
  '[].target': 'mapping',
  ...under('[].target', SELECTOR),
  '[].options': 'mapping',
  '[].options.allowNameChange': 'boolean',
  '[].options.allowKindChange': 'boolean',
};
const IMAGE: Record<string, FieldType> = {
  '': 'list',
  '[]': 'mapping',
  '[].name': 'string',
  '[].newName': 'string',
  '[].newTag': 'string',
  '[].tagSuffix': 'string',
  '[].digest': 'string',
};
const STRINGS: Record<string, FieldType> = { '': 'list', '[]': 'string' };

/** Every field of a kustomization file, by its path. */
const FIELDS: Record<string, FieldType> = {
  apiVersion: 'string',
  kind: 'string',
  namePrefix: 'string',
  nameSuffix: 'string',
  namespace: 'string',
  commonLabels: 'mapping',
  'commonLabels.a': 'string',
  commonAnnotations: 'mapping',
  'commonAnnotations.a': 'string',
  labels: 'list',
  'labels[]': 'mapping',
  'labels[].pairs': 'mapping',
  'labels[].pairs.a': 'string',
  'labels[].includeSelectors': 'boolean',
  'labels[].includeTemplates': 'boolean',
  'labels[].includeVolumeClaimTemplates': 'boolean',
  'labels[].fields': 'list',
  'labels[].fields[]': 'mapping',
  ...under('labels[].fields[]', FIELD_SPEC),
  ...under('patches', PATCH),
  ...under('patchesJson6902', PATCH),
  ...under('patchesStrategicMerge', STRINGS),
  ...under('images', IMAGE),
  ...under('imageTags', IMAGE),
  replicas: 'list',
  'replicas[]': 'mapping',
  'replicas[].name': 'string',
  'replicas[].count': 'integer',
  vars: 'list',
  'vars[]': 'mapping',
  'vars[].name': 'string',
  'vars[].objref': 'mapping',
  'vars[].objref.apiVersion': 'string',
  'vars[].objref.group': 'string',
  'vars[].objref.version': 'string',
  'vars[].objref.kind': 'string',
  'vars[].objref.name': 'string',
  'vars[].objref.namespace': 'string',
  'vars[].fieldref': 'mapping',
  'vars[].fieldref.fieldPath': 'string',
  sortOptions: 'mapping',
  'sortOptions.order': 'string',
  'sortOptions.legacySortOptions': 'mapping',
  ...under('sortOptions.legacySortOptions.orderFirst', STRINGS),
  ...under('sortOptions.legacySortOptions.orderLast', STRINGS),
  ...under('resources', STRINGS),
  ...under('bases', STRINGS),
  ...under('components', STRINGS),
  ...under('crds', STRINGS),
  ...under('configurations', STRINGS),
  ...under('generators', STRINGS),
  ...under('transformers', STRINGS),
  ...under('validators', STRINGS),
  ...under('buildMetadata', STRINGS),
  ...under('configMapGenerator', GENERATOR),
  ...under('secretGenerator', { ...GENERATOR, '[].type': 'string' }),
  ...under('generatorOptions', GENERATOR_OPTIONS),
  openapi: 'mapping',
  'openapi.path': 'string',
  'openapi.version': 'string',
  replacements: 'list',
  'replacements[]': 'mapping',
  'replacements[].path': 'text',
  'replacements[].source': 'mapping',
  ...under('replacements[].source', texts(SELECTOR)),
  'replacements[].source.fieldPath': 'text',
  'replacements[].source.options': 'mapping',
  'replacements[].source.options.delimiter': 'text',
  'replacements[].source.options.index': 'integer',
  'replacements[].source.options.create': 'boolean',
  'replacements[].targets': 'list',
  'replacements[].targets[]': 'mapping',
  'replacements[].targets[].select': 'mapping',
  ...under('replacements[].targets[].select', texts(SELECTOR)),
  'replacements[].targets[].reject': 'list',
  'replacements[].targets[].reject[]': 'mapping',
  'replacements[].targets[].fieldPaths': 'list',
  'replacements[].targets[].options': 'mapping',
  'replacements[].targets[].options.delimiter': 'text',
  'replacements[].targets[].options.index': 'integer',
  'replacements[].targets[].options.create': 'boolean',
  helmGlobals: 'mapping',
  helmCharts: 'list',
  'helmCharts[]': 'mapping',
  // Their fields are for whoever renders charts.
};

function under(
  prefix: string,
  fields: Record<string, FieldType>,
): Record<string, FieldType> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, type]) => [
      /^(?:$|\[)/.test(name) ? prefix + name : `${prefix}.${name}`,
      type,
    ]),
  );
}

function texts(fields: Record<string, FieldType>): Record<string, FieldType> {
  return Object.fromEntries(
    Object.keys(fields).map(name => [name, 'text' as const]),
  );
}

const VALUES: unknown[] = [
  'text',
  '',
  1,
  -1.5,
  1e300,
  2n ** 70n,
  true,
  [],
  {},
  [1],
  [{}],
  [[]],
  [null],
  ['x'],
  { a: 1 },
  { a: {} },
  { __proto__x: 1, constructor: [], toString: {} },
  null,
];

/** Null is the zero value everywhere, as in Go. */
function isWrong(type: FieldType, value: unknown): boolean {
  if (value === null) {
    return false;
  }
  switch (type) {
    case 'string':
      return typeof value !== 'string';
    case 'text':
      return typeof value === 'object';
    case 'boolean':
      return typeof value !== 'boolean';
    case 'integer':
      return !Number.isSafeInteger(value);
    case 'list':
      return !Array.isArray(value);
    default:
      return typeof value !== 'object' || Array.isArray(value);
  }
}

/** A kustomization in which only this field is set. */
function kustomizationWith(path: string, value: unknown): unknown {
  const steps = path.match(/[^.[\]]+|\[\]/g)!;
  return steps.reduceRight(
    (inner, step) => (step === '[]' ? [inner] : { [step]: inner }),
    value,
  );
}

function errorOf(path: string, value: unknown): unknown {
  try {
    buildText({
      'kustomization.yaml': stringifyJson(kustomizationWith(path, value)),
    });
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('wrong types in a kustomization file', () => {
  it.each(Object.entries(FIELDS))('%s (%s)', (path, type) => {
    const [field] = path.match(/^\w+/)!;
    const wrong = VALUES.filter(value => isWrong(type, value));
    const errors = wrong.map(value => errorOf(path, value));
    expect(errors).toEqual(wrong.map(() => expect.any(KustomizeError)));
    expect(errors).toEqual(
      wrong.map(() =>
        expect.objectContaining({
          code: 'invalid-kustomization',
          file: '/kustomization.yaml',
          field: expect.stringContaining(field),
        }),
      ),
    );
    const crashes = VALUES.filter(value => !wrong.includes(value))
      .map(value => errorOf(path, value))
      .filter(error => error && !(error instanceof KustomizeError));
    expect(crashes).toEqual([]);
  });
});
