import type { KindInfo } from '@backstage-gitops/kubernetes-schema';
import { builtinKinds, schemaOf } from '@backstage-gitops/kubernetes-schema';
import { convertEvent } from './eventConversion';
import type { FieldTypes } from './fieldTypes';
import type { Resource, ResourceVersion } from './resource';
import { apiVersionOf } from './resource';

// The stable API of a current release. One version per group: nothing but
// Events needs conversion.
const SERVED = new Set([
  'v1',
  'admissionregistration.k8s.io/v1',
  'apiextensions.k8s.io/v1',
  'apiregistration.k8s.io/v1',
  'apps/v1',
  'authentication.k8s.io/v1',
  'authorization.k8s.io/v1',
  'autoscaling/v2',
  'batch/v1',
  'certificates.k8s.io/v1',
  'coordination.k8s.io/v1',
  'discovery.k8s.io/v1',
  'events.k8s.io/v1',
  'networking.k8s.io/v1',
  'node.k8s.io/v1',
  'policy/v1',
  'rbac.authorization.k8s.io/v1',
  'scheduling.k8s.io/v1',
  'storage.k8s.io/v1',
]);

const NOT_SERVED = new Set(['ComponentStatus', 'Binding']);

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
  ReplicaSet: ['status.replicas'],
  ReplicationController: ['status.replicas'],
  Service: ['spec.clusterIP', 'spec.type'],
  CertificateSigningRequest: ['spec.signerName'],
};

/** All built-in resources that the sandbox serves. */
export function builtinResources(types: FieldTypes): Resource[] {
  return [...builtinKinds()]
    .filter(
      info =>
        SERVED.has(apiVersionOf(info.group, info.version)) &&
        !NOT_SERVED.has(info.kind),
    )
    .map(info => builtinResource(info, types));
}

function builtinResource(info: KindInfo, types: FieldTypes): Resource {
  const isEvent = info.kind === 'Event';
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
    versions: [builtinVersion(info, types)],
    storageVersion: info.version,
    storage: isEvent ? '/events' : `${info.group}/${info.plural}`,
    custom: false,
    convert: isEvent ? convertEvent : undefined,
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
