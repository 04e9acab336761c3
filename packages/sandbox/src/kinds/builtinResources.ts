import type { KindInfo } from '@backstage-gitops/kubernetes-schema';
import { builtinKinds, schemaOf } from '@backstage-gitops/kubernetes-schema';
import { convertAutoscaler } from './autoscalerConversion';
import { convertEvent } from './eventConversion';
import type { FieldTypes } from './fieldTypes';
import type { Resource, ResourceVersion } from './resource';
import { apiVersionOf } from './resource';

// What kube-apiserver 1.34 serves by default, in the order of its group list;
// of each group the preferred version comes first.
const SERVED: ReadonlyArray<[group: string, ...versions: string[]]> = [
  ['', 'v1'],
  ['apiregistration.k8s.io', 'v1'],
  ['apps', 'v1'],
  ['events.k8s.io', 'v1'],
  ['authentication.k8s.io', 'v1'],
  ['authorization.k8s.io', 'v1'],
  ['autoscaling', 'v2', 'v1'],
  ['batch', 'v1'],
  ['certificates.k8s.io', 'v1'],
  ['networking.k8s.io', 'v1'],
  ['policy', 'v1'],
  ['rbac.authorization.k8s.io', 'v1'],
  ['storage.k8s.io', 'v1'],
  ['admissionregistration.k8s.io', 'v1'],
  ['apiextensions.k8s.io', 'v1'],
  ['scheduling.k8s.io', 'v1'],
  ['coordination.k8s.io', 'v1'],
  ['node.k8s.io', 'v1'],
  ['discovery.k8s.io', 'v1'],
  ['resource.k8s.io', 'v1'],
  ['flowcontrol.apiserver.k8s.io', 'v1'],
];

// Kinds that are younger than 1.34, or that need a scheduler to mean something.
const NOT_SERVED = new Set([
  'Binding',
  'ComponentStatus',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
]);

const STORED_VERBS = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];

const SELECTABLE_FIELDS: Record<string, string[]> = {
  Pod: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  Event: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'regarding.kind',
    'regarding.namespace',
    'regarding.name',
    'regarding.uid',
    'regarding.apiVersion',
    'reason',
    'reportingComponent',
    'reportingController',
    'source',
    'type',
  ],
  Secret: ['type'],
  Namespace: ['status.phase'],
  Node: ['spec.unschedulable'],
  Job: ['status.successful'],
  ReplicationController: ['status.replicas'],
  Service: ['spec.clusterIP', 'spec.type'],
  CertificateSigningRequest: ['spec.signerName'],
};

/** Kinds that two groups serve from one storage, or whose versions differ in shape. */
const CONVERSIONS: Record<
  string,
  Pick<Resource, 'storage' | 'storedAs' | 'convert'>
> = {
  Event: { storage: '/events', storedAs: 'v1', convert: convertEvent },
  HorizontalPodAutoscaler: {
    storage: 'autoscaling/horizontalpodautoscalers',
    storedAs: 'autoscaling/v2',
    convert: convertAutoscaler,
  },
};

/** All built-in resources that the sandbox serves, in the order of discovery. */
export function builtinResources(types: FieldTypes): Resource[] {
  const known = [...builtinKinds()].filter(({ kind }) => !NOT_SERVED.has(kind));
  return SERVED.flatMap(([group, ...versions]) => {
    const byPlural = new Map<string, KindInfo[]>();
    for (const version of versions) {
      for (const info of known) {
        if (info.group !== group || info.version !== version) continue;
        byPlural.set(info.plural, [...(byPlural.get(info.plural) ?? []), info]);
      }
    }
    return [...byPlural.keys()]
      .sort()
      .map(plural => builtinResource(byPlural.get(plural)!, types));
  });
}

function builtinResource(infos: KindInfo[], types: FieldTypes): Resource {
  const [info] = infos;
  return {
    group: info.group,
    plural: info.plural,
    singular: info.singular || info.kind.toLowerCase(),
    kind: info.kind,
    listKind: `${info.kind}List`,
    shortNames: [...(info.shortNames ?? [])],
    categories: [...(info.categories ?? [])],
    namespaced: info.namespaced,
    verbs: [...(info.verbs ?? STORED_VERBS)].sort(),
    versions: infos.map(version => builtinVersion(version, types)),
    storageVersion: info.version,
    custom: false,
    ...(CONVERSIONS[info.kind] ?? { storage: `${info.group}/${info.plural}` }),
  };
}

function builtinVersion(info: KindInfo, types: FieldTypes): ResourceVersion {
  const node = schemaOf(apiVersionOf(info.group, info.version), info.kind);
  return {
    name: info.version,
    served: true,
    deprecated: false,
    node,
    type: node ? types.ofNode(node) : { map: { atomic: false } },
    selectableFields: SELECTABLE_FIELDS[info.kind] ?? [],
    subresources: [...(info.subresources ?? [])],
    scale: (info.subresources ?? []).includes('scale')
      ? {
          specReplicasPath: '.spec.replicas',
          statusReplicasPath: '.status.replicas',
          labelSelectorPath: '.spec.selector',
        }
      : undefined,
  };
}
