import { toPlain } from '../fields/YamlNode';
import { KustomizeError, within } from '../KustomizeError';
import { Loader } from '../files/Loader';
import { addHashes } from '../generators/hash';
import { FieldReader } from '../kustomization/FieldReader';
import { readFieldSpec } from '../kustomization/readFieldSpec';
import {
  readImage,
  readPatch,
  readReplica,
} from '../kustomization/readKustomization';
import {
  applyJsonPatches,
  applyPatches,
  applyStrategicMerges,
} from '../patches/applyPatches';
import { Resource } from '../resources/Resource';
import { ResourceList } from '../resources/ResourceList';
import { formatId } from '../resources/ResourceId';
import { setImages } from '../transformers/images';
import { setEntries } from '../transformers/metadata';
import { affixNames } from '../transformers/names';
import { RoleBindingSubjects, setNamespace } from '../transformers/namespace';
import { readReplacements } from '../kustomization/readReplacements';
import { replace } from '../transformers/replacements';
import { setReplicas } from '../transformers/replicas';
import { addValues } from '../transformers/valueAdd';
import { readValueAdd } from '../kustomization/readValueAdd';
import { BUILTIN, unsupportedPlugin } from './unsupported';

type Run = (
  resources: ResourceList,
  fields: FieldReader,
  loader: Loader,
  plugin: Resource,
) => void;

const SUBJECT_MODES: readonly string[] = [
  'defaultOnly',
  'allServiceAccounts',
  'none',
];

function fieldSpecs(fields: FieldReader) {
  return fields.list('fieldSpecs', readFieldSpec);
}

const TRANSFORMERS: ReadonlyMap<string, Run> = new Map<string, Run>([
  [
    'NamespaceTransformer',
    (resources, fields, _, plugin) => {
      const mode = fields.string('setRoleBindingSubjects') || 'defaultOnly';
      if (!SUBJECT_MODES.includes(mode)) {
        throw new KustomizeError({
          code: 'invalid-kustomization',
          problem: `one of ${SUBJECT_MODES.join(', ')} is expected`,
          field: 'setRoleBindingSubjects',
        });
      }
      setNamespace(resources, {
        namespace: plugin.namespace,
        fields: fieldSpecs(fields),
        unsetOnly: fields.boolean('unsetOnly'),
        subjects: mode as RoleBindingSubjects,
      });
    },
  ],
  [
    'ImageTagTransformer',
    (resources, fields) => {
      const image = fields.object('imageTag', readImage);
      if (image) {
        setImages(resources, [image], fieldSpecs(fields));
      }
    },
  ],
  [
    'PatchTransformer',
    (resources, fields, loader) =>
      applyPatches(resources, [readPatch(fields)], loader),
  ],
  [
    'PatchJson6902Transformer',
    (resources, fields, loader) => {
      const { path, target } = readPatch(fields);
      const patch = fields.string('jsonOp');
      applyJsonPatches(resources, [{ path, target, patch }], loader);
    },
  ],
  [
    'PatchStrategicMergeTransformer',
    (resources, fields, loader) => {
      const inline = fields.string('patches');
      const paths = fields.strings('paths');
      if (paths.length === 0 && !inline) {
        throw new KustomizeError({
          code: 'invalid-patch',
          problem: 'one of paths and patches must be set',
        });
      }
      applyStrategicMerges(
        resources,
        [...paths, ...(inline ? [inline] : [])],
        loader,
      );
    },
  ],
  [
    'LabelTransformer',
    (resources, fields) =>
      setEntries(
        resources,
        fields.stringMap('labels') ?? {},
        fieldSpecs(fields),
      ),
  ],
  [
    'AnnotationsTransformer',
    (resources, fields) =>
      setEntries(
        resources,
        fields.stringMap('annotations') ?? {},
        fieldSpecs(fields),
      ),
  ],
  [
    'PrefixTransformer',
    (resources, fields) =>
      affixNames(resources, {
        prefix: fields.string('prefix'),
        fields: fieldSpecs(fields),
      }),
  ],
  [
    'SuffixTransformer',
    (resources, fields) =>
      affixNames(resources, {
        suffix: fields.string('suffix'),
        fields: fieldSpecs(fields),
      }),
  ],
  [
    'ReplicaCountTransformer',
    (resources, fields) => {
      const replica = fields.object('replica', readReplica);
      if (replica) {
        setReplicas(resources, replica, fieldSpecs(fields));
      }
    },
  ],
  [
    'PrefixSuffixTransformer',
    (resources, fields) => {
      const specs = fieldSpecs(fields);
      const prefix = fields.string('prefix');
      const suffix = fields.string('suffix');
      affixNames(resources, { prefix, suffix, fields: specs });
    },
  ],
  [
    'ReplacementTransformer',
    (resources, fields, loader, plugin) =>
      replace(
        resources,
        readReplacements(fields.objects('replacements'), loader, plugin.kind),
        loader.budget,
      ),
  ],
  ['HashTransformer', resources => addHashes(resources)],
  [
    'ValueAddTransformer',
    (resources, fields, loader) =>
      addValues(resources, readValueAdd(fields, loader)),
  ],
]);

/** Runs a built-in transformer that a resource configures. */
export function runTransformerPlugin(
  resources: ResourceList,
  plugin: Resource,
  loader: Loader,
): void {
  const run = TRANSFORMERS.get(plugin.kind);
  if (plugin.apiVersion !== BUILTIN || !run) {
    throw unsupportedPlugin(plugin);
  }
  within({ object: formatId(plugin.currentId()) }, () => {
    const fields = FieldReader.of(toPlain(plugin.node), '', plugin.kind, true);
    run(resources, fields, loader, plugin);
  });
}
