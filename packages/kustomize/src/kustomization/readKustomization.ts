import {
  JsonObject,
  YamlError,
  isJsonObject,
  parseDocuments,
} from '@backstage-gitops/kubernetes-yaml';
import { Budget } from '../Budget';
import { KustomizeError } from '../KustomizeError';
import { Loader } from '../files/Loader';
import { FieldReader } from './FieldReader';
import {
  GeneratorEntry,
  GeneratorOptions,
  ImageEntry,
  Kustomization,
  PatchEntry,
  ReplicaEntry,
  Selector,
} from './Kustomization';
import { readFieldSpec } from './readFieldSpec';
import { readHelm } from './readHelm';

/** Names a kustomization file may have. */
export const KUSTOMIZATION_FILE_NAMES = [
  'kustomization.yaml',
  'kustomization.yml',
  'Kustomization',
] as const;

const API_VERSIONS = {
  Kustomization: 'kustomize.config.k8s.io/v1beta1',
  Component: 'kustomize.config.k8s.io/v1alpha1',
};

const DEPRECATED: ReadonlyArray<[string, string]> = [
  ['bases', 'resources'],
  ['commonLabels', 'labels'],
  ['imageTags', 'images'],
  ['patchesJson6902', 'patches'],
  ['patchesStrategicMerge', 'patches'],
  ['vars', 'replacements'],
];

/**
 * Finds and reads the kustomization file of a directory.
 *
 * @throws KustomizeError `not-found`, `invalid-yaml`, `invalid-kustomization`
 */
export function readKustomization(loader: Loader): Kustomization {
  const names = KUSTOMIZATION_FILE_NAMES.filter(name => loader.hasFile(name));
  if (names.length !== 1) {
    throw new KustomizeError({
      code: names.length === 0 ? 'not-found' : 'invalid-kustomization',
      problem:
        names.length === 0
          ? `no kustomization file (${KUSTOMIZATION_FILE_NAMES.join(', ')}) in ${loader.root}`
          : `several kustomization files in ${loader.root}`,
      file: loader.root,
    });
  }
  const [fileName] = names;
  const file = `${loader.root === '/' ? '' : loader.root}/${fileName}`;
  const value = parse(loader.loadText(fileName), file, loader.budget);
  return readFields(value, fileName, file);
}

function parse(text: string, file: string, budget: Budget): JsonObject {
  try {
    const [first] = parseDocuments(text, {
      file,
      duplicateKeys: 'last',
      ...budget.parsing,
    });
    const value = first?.value ?? null;
    if (isJsonObject(value)) {
      return value;
    }
    if (value === null) {
      return {};
    }
  } catch (error) {
    if (error instanceof YamlError) {
      throw new KustomizeError({
        code: 'invalid-yaml',
        problem: error.message,
        file,
        cause: error,
      });
    }
    throw error;
  }
  throw new KustomizeError({
    code: 'invalid-kustomization',
    problem: 'the file is not a mapping',
    file,
  });
}

function readFields(
  value: JsonObject,
  fileName: string,
  file: string,
): Kustomization {
  const fail = (problem: string, field?: string): never => {
    throw new KustomizeError({
      code: 'invalid-kustomization',
      problem,
      file,
      field,
    });
  };
  const fields = new FieldReader(value, '', file);
  const apiVersion = fields.string('apiVersion');
  const kind = fields.string('kind') || 'Kustomization';
  if (kind !== 'Kustomization' && kind !== 'Component') {
    return fail('the kind must be Kustomization or Component', 'kind');
  }
  if (apiVersion && apiVersion !== API_VERSIONS[kind]) {
    fail(
      `the apiVersion of a ${kind} must be ${API_VERSIONS[kind]}`,
      'apiVersion',
    );
  }
  fields.object('metadata', metadata => {
    metadata.string('name');
    metadata.string('namespace');
    metadata.stringMap('labels');
    metadata.stringMap('annotations');
  });
  const result: Kustomization = {
    fileName,
    kind,
    namePrefix: fields.string('namePrefix'),
    nameSuffix: fields.string('nameSuffix'),
    namespace: fields.string('namespace'),
    commonLabels: fields.stringMap('commonLabels') ?? {},
    labels: fields.list('labels', label => ({
      pairs: label.stringMap('pairs') ?? {},
      includeSelectors: label.boolean('includeSelectors'),
      includeTemplates: label.boolean('includeTemplates'),
      fields: label.list('fields', readFieldSpec),
    })),
    commonAnnotations: fields.stringMap('commonAnnotations') ?? {},
    patchesStrategicMerge: fields.strings('patchesStrategicMerge'),
    patchesJson6902: fields.list('patchesJson6902', readPatch),
    patches: fields.list('patches', readPatch),
    images: ['images', 'imageTags'].flatMap(name =>
      fields.list(name, readImage),
    ),
    replicas: fields.list('replicas', readReplica),
    replacements: fields.objects('replacements'),
    vars: fields.list('vars', variable => ({
      name: variable.string('name'),
      objref: variable.object('objref', ref => ({
        apiVersion: readApiVersion(ref),
        kind: ref.string('kind'),
        name: ref.string('name'),
        namespace: ref.string('namespace'),
      })) ?? { apiVersion: '', kind: '', name: '', namespace: '' },
      fieldPath:
        variable.object(
          'fieldref',
          ref => ref.string('fieldpath') || ref.string('fieldPath'),
        ) || 'metadata.name',
    })),
    sortOptions: fields.object('sortOptions', options => ({
      order: options.string('order'),
      legacySortOptions: options.object('legacySortOptions', legacy => ({
        orderFirst: legacy.strings('orderFirst'),
        orderLast: legacy.strings('orderLast'),
      })),
    })),
    resources: [...fields.strings('resources'), ...fields.strings('bases')],
    components: fields.strings('components'),
    crds: fields.strings('crds'),
    configMapGenerator: fields.list('configMapGenerator', reader =>
      readGenerator(reader, 'ConfigMap'),
    ),
    secretGenerator: fields.list('secretGenerator', reader =>
      readGenerator(reader, 'Secret'),
    ),
    generatorOptions: fields.object('generatorOptions', readGeneratorOptions),
    helm: readHelm(fields),
    configurations: fields.strings('configurations'),
    generators: fields.strings('generators'),
    transformers: fields.strings('transformers'),
    validators: fields.strings('validators'),
    buildMetadata: fields.strings('buildMetadata'),
    openapi: fields.stringMap('openapi') ?? {},
    warnings: DEPRECATED.filter(([name]) => !isNothing(value[name])).map(
      ([name, successor]) =>
        `'${name}' is deprecated. Please use '${successor}' instead.`,
    ),
  };
  fields.finish();
  const content = Object.keys(value).filter(
    key =>
      key !== 'apiVersion' &&
      key !== 'kind' &&
      !isNothing(value[key]) &&
      value[key] !== '',
  );
  if (content.length === 0) {
    fail('the kustomization is empty');
  }
  return result;
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}

function readApiVersion(fields: FieldReader): string {
  const apiVersion = fields.string('apiVersion');
  const group = fields.string('group');
  const version = fields.string('version');
  return apiVersion || (group ? `${group}/${version}` : version);
}

/** Reads an entry; shared with plugins. */
export function readPatch(fields: FieldReader): PatchEntry {
  return {
    path: fields.string('path'),
    patch: fields.string('patch'),
    target: fields.object('target', readSelector),
    options: fields.object('options', options => ({
      allowNameChange: options.boolean('allowNameChange'),
      allowKindChange: options.boolean('allowKindChange'),
    })),
  };
}

/** Reads a selector; shared with replacements. */
export function readSelector(fields: FieldReader): Selector {
  return {
    group: fields.string('group'),
    version: fields.string('version'),
    kind: fields.string('kind'),
    name: fields.string('name'),
    namespace: fields.string('namespace'),
    labelSelector: fields.string('labelSelector'),
    annotationSelector: fields.string('annotationSelector'),
  };
}

/** Reads an entry; shared with plugins. */
export function readGenerator(
  fields: FieldReader,
  kind: 'ConfigMap' | 'Secret',
): GeneratorEntry {
  const env = fields.string('env');
  return {
    name: fields.string('name'),
    namespace: fields.string('namespace'),
    behavior: fields.string('behavior'),
    literals: fields.strings('literals'),
    files: fields.strings('files'),
    envs: [...fields.strings('envs'), ...(env ? [env] : [])],
    type: kind === 'Secret' ? fields.string('type') : '',
    options: fields.object('options', readGeneratorOptions),
  };
}

/** Reads an entry; shared with plugins. */
export function readGeneratorOptions(fields: FieldReader): GeneratorOptions {
  return {
    labels: fields.stringMap('labels'),
    annotations: fields.stringMap('annotations'),
    disableNameSuffixHash: fields.boolean('disableNameSuffixHash'),
    immutable: fields.boolean('immutable'),
  };
}

/** Reads an entry of `images`. */
export function readImage(fields: FieldReader): ImageEntry {
  return {
    name: fields.string('name'),
    newName: fields.string('newName'),
    newTag: fields.string('newTag'),
    tagSuffix: fields.string('tagSuffix'),
    digest: fields.string('digest'),
  };
}

/** Reads an entry of `replicas`. */
export function readReplica(fields: FieldReader): ReplicaEntry {
  return { name: fields.string('name'), count: fields.integer('count') };
}
