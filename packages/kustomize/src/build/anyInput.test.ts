import { stringifyJson } from '@backstage-gitops/kubernetes-yaml';
import fc from 'fast-check';
import { KustomizeError } from '..';
import { buildText } from '../testing/buildText';

/** Names that transformers look for. */
const FIELD_NAMES = [
  ...['spec', 'template', 'jobTemplate', 'metadata', 'labels', 'annotations'],
  ...['selector', 'matchLabels', 'containers', 'initContainers', 'image'],
  ...['volumes', 'configMap', 'secret', 'name', 'namespace', 'envFrom', 'env'],
  ...['configMapRef', 'ports', 'containerPort', 'subjects', 'roleRef', 'kind'],
  ...['data', 'binaryData', 'replicas', 'rules', 'items', '$patch', 'service'],
  ...['__proto__', 'constructor', 'volumeClaimTemplates', 'conversion', 'key'],
];

const { value } = fc.letrec<{ value: unknown; map: unknown; list: unknown }>(
  tie => ({
    value: fc.oneof(
      { maxDepth: 6, withCrossShrink: true },
      fc.constantFrom('a', '', 'x:1', null, 0, true, -1.5, '$(A)', '[]'),
      tie('map'),
      tie('list'),
    ),
    list: fc.array(tie('value'), { maxLength: 3 }),
    map: fc
      .array(fc.tuple(fc.constantFrom(...FIELD_NAMES), tie('value')), {
        maxLength: 4,
      })
      .map(entries => Object.fromEntries(entries)),
  }),
);

/** An object with an id; everything else in it is anything. */
const object = fc
  .record({
    kind: fc.constantFrom(
      ...[
        'v1 ConfigMap',
        'v1 Secret',
        'v1 Service',
        'apps/v1 Deployment',
        'apps/v1 StatefulSet',
        'batch/v1 CronJob',
        'rbac.authorization.k8s.io/v1 RoleBinding',
        'apiextensions.k8s.io/v1 CustomResourceDefinition',
        'apiregistration.k8s.io/v1 APIService',
        'networking.k8s.io/v1 NetworkPolicy',
        'networking.k8s.io/v1 Ingress',
        'example.com/v1 Thing',
        'v1 List',
      ],
    ),
    name: fc.constantFrom('a', 'b'),
    labels: value,
    annotations: value,
    fields: fc.dictionary(fc.constantFrom(...FIELD_NAMES.slice(6)), value),
    spec: value,
  })
  .map(({ kind: gvk, name, labels, annotations, fields, spec }) => {
    const [apiVersion, kind] = gvk.split(' ');
    const metadata = { name, labels, annotations };
    return { ...fields, spec, apiVersion, kind, metadata };
  });

/** Asks every transformer for something. */
const EVERYTHING = `
resources: [all.yaml]
namespace: n
namePrefix: p-
nameSuffix: -s
commonLabels: {l: a}
labels:
- {pairs: {m: b}, includeSelectors: true, includeTemplates: true}
- {pairs: {v: c}, includeVolumeClaimTemplates: true}
commonAnnotations: {x: b}
images: [{name: a, newTag: "2"}, {name: x, newName: y}]
configMapGenerator: [{name: made, literals: [a=b]}]
patches:
- target: {kind: Deployment|StatefulSet|Thing}
  patch: |
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: a}
    spec: {template: {spec: {containers: [{name: a, image: b}], volumes: null}}}
- target: {kind: Service, labelSelector: "!z"}
  patch: '[{op: add, path: /spec/type, value: ClusterIP}]'
vars:
- {name: A, objref: {apiVersion: v1, kind: ConfigMap, name: a}, fieldref: {fieldPath: data.a}}
replacements:
- source: {kind: ConfigMap, name: b, fieldPath: data}
  targets: [{select: {kind: Secret}, fieldPaths: [data.x, spec.*.name], options: {create: true}}]
buildMetadata: [originAnnotations, transformerAnnotations, managedByLabel]
`;

const PLUGINS = [
  ...['NamespaceTransformer', 'ImageTagTransformer', 'PatchTransformer'],
  ...['PatchJson6902Transformer', 'PatchStrategicMergeTransformer'],
  ...['LabelTransformer', 'AnnotationsTransformer', 'PrefixTransformer'],
  ...['SuffixTransformer', 'ReplicaCountTransformer', 'HashTransformer'],
  ...['PrefixSuffixTransformer', 'ReplacementTransformer'],
  ...['ValueAddTransformer', 'ConfigMapGenerator', 'SecretGenerator'],
  ...['IAMPolicyGenerator', 'HelmChartInflationGenerator', 'Unknown'],
];
const PLUGIN_FIELDS = [
  ...['fieldSpecs', 'imageTag', 'patch', 'path', 'target', 'jsonOp', 'paths'],
  ...['patches', 'labels', 'annotations', 'prefix', 'suffix', 'replica'],
  ...['replacements', 'value', 'targets', 'literals', 'files', 'envs'],
  ...['options', 'setRoleBindingSubjects', 'unsetOnly', 'cloud', 'behavior'],
];
const CONFIGURATION_FIELDS = [
  ...['namePrefix', 'nameSuffix', 'namespace', 'labels', 'commonLabels'],
  ...['templateLabels', 'commonAnnotations', 'nameReference', 'varReference'],
  ...['images', 'replicas', 'crds', 'definitions', 'unknown'],
];

/** Nothing, or what was thrown that is no KustomizeError. */
function crash(files: Record<string, string>): unknown {
  try {
    buildText(files);
    return undefined;
  } catch (error) {
    return error instanceof KustomizeError ? undefined : error;
  }
}

// The same examples in every run: what fails here fails everywhere.
const EXAMPLES = { seed: 5_8_1, numRuns: 300 };

describe('input of any form', () => {
  it('in objects is built, or refused by a KustomizeError', () => {
    fc.assert(
      fc.property(fc.array(object, { maxLength: 4 }), objects => {
        const files = {
          'kustomization.yaml': EVERYTHING,
          'all.yaml': objects.map(item => stringifyJson(item)).join('\n---\n'),
        };
        expect(crash(files)).toBeUndefined();
      }),
      EXAMPLES,
    );
  });

  it('in each transformer alone is built, or refused', () => {
    const [resources, ...fields] = EVERYTHING.trim().split(/\n(?=[a-z])/);
    fc.assert(
      fc.property(object, fc.constantFrom(...fields), (item, field) => {
        const files = {
          'kustomization.yaml': `${resources}\n${field}\n`,
          'all.yaml': stringifyJson(item),
        };
        expect(crash(files)).toBeUndefined();
      }),
      { ...EXAMPLES, numRuns: 1_000 },
    );
  });

  it('in plugins is used, or refused', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PLUGINS),
        fc.dictionary(fc.constantFrom(...PLUGIN_FIELDS), value),
        fc.constantFrom('generators', 'transformers', 'validators'),
        (kind, fields, list) => {
          const plugin = {
            ...fields,
            apiVersion: 'builtin',
            kind,
            metadata: { name: 'x' },
          };
          const files = {
            'kustomization.yaml': `resources: [c.yaml]\n${list}: [plugin.yaml]\n`,
            'plugin.yaml': stringifyJson(plugin),
            'c.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n',
          };
          expect(crash(files)).toBeUndefined();
        },
      ),
      EXAMPLES,
    );
  });

  it('in configurations, definitions and schemas is used, or refused', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...CONFIGURATION_FIELDS), value),
        fc.constantFrom(
          'configurations: [x.yaml]',
          'crds: [x.yaml]',
          'openapi: {path: x.yaml}',
          'replacements: [{path: x.yaml}]',
          'patches: [{path: x.yaml}]',
          'patchesStrategicMerge: [x.yaml]',
          'resources: [x.yaml]',
        ),
        (content, use) => {
          const files = {
            'kustomization.yaml': `${use}\nnamePrefix: p-\nlabels: [{pairs: {a: b}}]\n`,
            'x.yaml': stringifyJson(content),
          };
          expect(crash(files)).toBeUndefined();
        },
      ),
      EXAMPLES,
    );
  });
});
