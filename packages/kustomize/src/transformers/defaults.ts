import { FieldSpec } from '../fields/FieldSpec';
import { NameReference, nameReferences } from './nameReferenceDefaults';

/** Which fields each transformer changes; grown by `configurations`, `crds`. */
export interface TransformerConfig {
  namePrefix: FieldSpec[];
  nameSuffix: FieldSpec[];
  namespace: FieldSpec[];
  labels: FieldSpec[];
  commonLabels: FieldSpec[];
  templateLabels: FieldSpec[];
  commonAnnotations: FieldSpec[];
  nameReference: NameReference[];
  varReference: FieldSpec[];
  images: FieldSpec[];
  replicas: FieldSpec[];
}

type Rows = ReadonlyArray<Omit<FieldSpec, 'path'>>;

// Kinds with a pod template, and where it is; facts of kustomize 5.8.
const TEMPLATES: Rows = [
  { kind: 'ReplicationController', version: 'v1' },
  { kind: 'Deployment' },
  { kind: 'ReplicaSet' },
  { kind: 'DaemonSet' },
];
const BATCH = 'batch';

function metadataFields(field: string, statefulSetGroup: string): FieldSpec[] {
  const template = `spec/template/metadata/${field}`;
  return [
    { path: `metadata/${field}` },
    ...TEMPLATES.map(row => ({ path: template, ...row })),
    { path: template, group: statefulSetGroup, kind: 'StatefulSet' },
    { path: template, group: BATCH, kind: 'Job' },
    ...[
      `spec/jobTemplate/metadata/${field}`,
      `spec/jobTemplate/spec/template/metadata/${field}`,
    ].map(path => ({ path, group: BATCH, kind: 'CronJob' })),
  ].map(spec => ({ ...spec, create: true }));
}

function affinityFields(kind: string): FieldSpec[] {
  const spec = 'spec/template/spec';
  const affinities = ['podAffinity', 'podAntiAffinity'].flatMap(affinity => [
    `${spec}/affinity/${affinity}/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels`,
    `${spec}/affinity/${affinity}/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels`,
  ]);
  return [
    ...affinities,
    `${spec}/topologySpreadConstraints/labelSelector/matchLabels`,
  ].map(path => ({ path, group: 'apps', kind }));
}

function selectorFields(): FieldSpec[] {
  const matchLabels = 'spec/selector/matchLabels';
  const policy = { group: 'networking.k8s.io', kind: 'NetworkPolicy' };
  return [
    { path: 'spec/selector', create: true, version: 'v1', kind: 'Service' },
    {
      path: 'spec/selector',
      create: true,
      version: 'v1',
      kind: 'ReplicationController',
    },
    { path: matchLabels, create: true, kind: 'Deployment' },
    ...affinityFields('Deployment'),
    { path: matchLabels, create: true, kind: 'ReplicaSet' },
    { path: matchLabels, create: true, kind: 'DaemonSet' },
    { path: matchLabels, create: true, group: 'apps', kind: 'StatefulSet' },
    ...affinityFields('StatefulSet'),
    { path: matchLabels, group: BATCH, kind: 'Job' },
    {
      path: 'spec/jobTemplate/spec/selector/matchLabels',
      group: BATCH,
      kind: 'CronJob',
    },
    { path: matchLabels, group: 'policy', kind: 'PodDisruptionBudget' },
    { path: 'spec/podSelector/matchLabels', ...policy },
    { path: 'spec/ingress/from/podSelector/matchLabels', ...policy },
    { path: 'spec/egress/to/podSelector/matchLabels', ...policy },
  ];
}

function variableFields(): FieldSpec[] {
  const containers = ['containers', 'initContainers'].flatMap(list =>
    ['args', 'command', 'env/value', 'volumeMounts/mountPath'].map(
      field => `${list}/${field}`,
    ),
  );
  const template = [
    'DaemonSet',
    'Deployment',
    'Job',
    'ReplicaSet',
    'StatefulSet',
  ].flatMap(kind =>
    containers.map(path => ({ path: `spec/template/spec/${path}`, kind })),
  );
  const nfs = ['DaemonSet', 'Deployment', 'Job', 'ReplicaSet'].map(kind => ({
    path: 'spec/template/spec/volumes/nfs/server',
    kind,
  }));
  return [
    ...containers.map(path => ({
      path: `spec/jobTemplate/spec/template/spec/${path}`,
      kind: 'CronJob',
    })),
    {
      path: 'spec/jobTemplate/spec/template/volumes/nfs/server',
      kind: 'CronJob',
    },
    ...template,
    ...nfs,
    { path: 'spec/template/metadata/annotations', kind: 'Deployment' },
    { path: 'spec/rules/host', kind: 'Ingress' },
    { path: 'spec/tls/hosts', kind: 'Ingress' },
    { path: 'spec/tls/secretName', kind: 'Ingress' },
    ...containers.map(path => ({ path: `spec/${path}`, kind: 'Pod' })),
    { path: 'spec/volumes/nfs/server', kind: 'Pod' },
    { path: 'spec/ports/port', kind: 'Service' },
    { path: 'spec/ports/targetPort', kind: 'Service' },
    { path: 'spec/volumeClaimTemplates/spec/nfs/server', kind: 'StatefulSet' },
    { path: 'spec/nfs/server', kind: 'PersistentVolume' },
    { path: 'metadata/labels' },
    { path: 'metadata/annotations' },
  ];
}

/** A fresh copy of what kustomize 5.8 knows without configuration. */
export function defaultTransformerConfig(): TransformerConfig {
  const labels = metadataFields('labels', 'apps');
  const claims: FieldSpec[] = [
    {
      path: 'spec/volumeClaimTemplates[]/metadata/labels',
      create: true,
      group: 'apps',
      kind: 'StatefulSet',
    },
  ];
  return {
    namePrefix: [{ path: 'metadata/name' }],
    nameSuffix: [{ path: 'metadata/name' }],
    namespace: [
      { path: 'metadata/name', kind: 'Namespace', create: true },
      {
        path: 'spec/service/namespace',
        group: 'apiregistration.k8s.io',
        kind: 'APIService',
        create: true,
      },
      {
        path: 'spec/conversion/webhook/clientConfig/service/namespace',
        group: 'apiextensions.k8s.io',
        kind: 'CustomResourceDefinition',
      },
    ],
    labels: [],
    commonLabels: [...selectorFields(), ...labels, ...claims],
    templateLabels: [...labels, ...claims],
    commonAnnotations: metadataFields('annotations', ''),
    nameReference: nameReferences(),
    varReference: variableFields(),
    images: ['spec', 'spec/template/spec'].flatMap(spec =>
      [
        'containers[]/image',
        'initContainers[]/image',
        'volumes[]/image/reference',
      ].map(path => ({ path: `${spec}/${path}`, create: true })),
    ),
    replicas: [
      'Deployment',
      'ReplicationController',
      'ReplicaSet',
      'StatefulSet',
    ].map(kind => ({ path: 'spec/replicas', kind, create: true })),
  };
}
