import { FieldSpec } from '../fields/FieldSpec';
import { GroupVersionKind } from '../resources/ResourceId';

/** Fields that hold the name of a resource of one kind. */
export interface NameReference extends Partial<GroupVersionKind> {
  readonly fieldSpecs: readonly FieldSpec[];
}

// Where pod specs are, by kind.
const POD_SPECS: Readonly<Record<string, string>> = {
  Pod: 'spec',
  PodTemplate: 'template/spec',
  Deployment: 'spec/template/spec',
  ReplicaSet: 'spec/template/spec',
  DaemonSet: 'spec/template/spec',
  StatefulSet: 'spec/template/spec',
  Job: 'spec/template/spec',
  ReplicationController: 'spec/template/spec',
  CronJob: 'spec/jobTemplate/spec/template/spec',
};
const WITH_POD_TEMPLATE = [
  'Pod',
  'PodTemplate',
  'Deployment',
  'ReplicaSet',
  'DaemonSet',
  'StatefulSet',
  'Job',
  'CronJob',
];
const WITH_CONTROLLER = [
  'Pod',
  'StatefulSet',
  'Deployment',
  'ReplicationController',
  'CronJob',
  'Job',
  'DaemonSet',
];
const RBAC = 'rbac.authorization.k8s.io';
const ADMISSION = 'admissionregistration.k8s.io';

function inPods(
  kinds: readonly string[],
  paths: readonly string[],
): FieldSpec[] {
  return kinds.flatMap(kind =>
    paths.map(path => ({ path: `${POD_SPECS[kind]}/${path}`, kind })),
  );
}

/** Pods of the core group only, as kustomize restricts these. */
function inCorePods(paths: readonly string[]): FieldSpec[] {
  return inPods(WITH_POD_TEMPLATE, paths).map(spec =>
    spec.kind === 'Pod' ? { ...spec, version: 'v1' } : spec,
  );
}

function of(kind: string, ...paths: string[]): FieldSpec[] {
  return paths.map(path => ({ path, kind }));
}

const AUTOSCALED = [
  'Deployment',
  'ReplicationController',
  'ReplicaSet',
  'StatefulSet',
];

/** What refers to what, as kustomize 5.8 knows it. */
export function nameReferences(): NameReference[] {
  return [
    ...AUTOSCALED.map(kind => ({
      kind,
      fieldSpecs: of('HorizontalPodAutoscaler', 'spec/scaleTargetRef/name'),
    })),
    {
      kind: 'ConfigMap',
      version: 'v1',
      fieldSpecs: [
        ...inCorePods([
          'volumes/configMap/name',
          'containers/env/valueFrom/configMapKeyRef/name',
          'initContainers/env/valueFrom/configMapKeyRef/name',
          'containers/envFrom/configMapRef/name',
          'initContainers/envFrom/configMapRef/name',
          'volumes/projected/sources/configMap/name',
        ]),
        ...of('Node', 'spec/configSource/configMap'),
        ...of('Role', 'rules/resourceNames'),
        ...of('ClusterRole', 'rules/resourceNames'),
        ...of(
          'Ingress',
          'metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap',
        ),
      ],
    },
    {
      kind: 'Secret',
      version: 'v1',
      fieldSpecs: [
        ...inCorePods([
          'volumes/secret/secretName',
          'containers/env/valueFrom/secretKeyRef/name',
          'initContainers/env/valueFrom/secretKeyRef/name',
          'containers/envFrom/secretRef/name',
          'initContainers/envFrom/secretRef/name',
          'imagePullSecrets/name',
          'volumes/projected/sources/secret/name',
        ]),
        ...of(
          'Ingress',
          'spec/tls/secretName',
          'metadata/annotations/ingress.kubernetes.io\\/auth-secret',
          'metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret',
          'metadata/annotations/nginx.ingress.kubernetes.io\\/auth-tls-secret',
        ),
        ...of('ServiceAccount', 'imagePullSecrets/name'),
        ...of(
          'StorageClass',
          'parameters/secretName',
          'parameters/adminSecretName',
          'parameters/userSecretName',
          'parameters/secretRef',
        ),
        ...of('Role', 'rules/resourceNames'),
        ...of('ClusterRole', 'rules/resourceNames'),
        {
          path: 'spec/template/spec/containers/env/valueFrom/secretKeyRef/name',
          group: 'serving.knative.dev',
          version: 'v1',
          kind: 'Service',
        },
        ...of('PersistentVolume', 'spec/azureFile/secretName'),
      ],
    },
    {
      kind: 'Service',
      version: 'v1',
      fieldSpecs: [
        { path: 'spec/serviceName', group: 'apps', kind: 'StatefulSet' },
        ...of(
          'Ingress',
          'spec/rules/http/paths/backend/serviceName',
          'spec/backend/serviceName',
          'spec/rules/http/paths/backend/service/name',
          'spec/defaultBackend/service/name',
        ),
        {
          path: 'spec/service/name',
          group: 'apiregistration.k8s.io',
          kind: 'APIService',
        },
        ...[
          'ValidatingWebhookConfiguration',
          'MutatingWebhookConfiguration',
        ].map(kind => ({
          path: 'webhooks/clientConfig/service',
          group: ADMISSION,
          kind,
        })),
      ],
    },
    {
      kind: 'Role',
      group: RBAC,
      fieldSpecs: [{ path: 'roleRef/name', group: RBAC, kind: 'RoleBinding' }],
    },
    {
      kind: 'ClusterRole',
      group: RBAC,
      fieldSpecs: ['RoleBinding', 'ClusterRoleBinding'].map(kind => ({
        path: 'roleRef/name',
        group: RBAC,
        kind,
      })),
    },
    {
      kind: 'ServiceAccount',
      version: 'v1',
      fieldSpecs: [
        ...['RoleBinding', 'ClusterRoleBinding'].map(kind => ({
          path: 'subjects',
          group: RBAC,
          kind,
        })),
        ...inPods(WITH_CONTROLLER, ['serviceAccountName']),
      ],
    },
    {
      kind: 'PersistentVolumeClaim',
      version: 'v1',
      fieldSpecs: inPods(WITH_CONTROLLER, [
        'volumes/persistentVolumeClaim/claimName',
      ]),
    },
    {
      kind: 'PersistentVolume',
      version: 'v1',
      fieldSpecs: [
        ...of('PersistentVolumeClaim', 'spec/volumeName'),
        ...of('ClusterRole', 'rules/resourceNames'),
      ],
    },
    {
      kind: 'StorageClass',
      version: 'v1',
      group: 'storage.k8s.io',
      fieldSpecs: [
        ...of('PersistentVolume', 'spec/storageClassName'),
        ...of('PersistentVolumeClaim', 'spec/storageClassName'),
        ...of('StatefulSet', 'spec/volumeClaimTemplates/spec/storageClassName'),
      ],
    },
    {
      kind: 'PriorityClass',
      version: 'v1',
      group: 'scheduling.k8s.io',
      fieldSpecs: inPods(WITH_CONTROLLER, ['priorityClassName']),
    },
    {
      kind: 'IngressClass',
      version: 'v1',
      // Spelled so in kustomize: it never matches.
      group: 'networking.k8s.io/v1',
      fieldSpecs: of('Ingress', 'spec/ingressClassName'),
    },
    {
      kind: 'ValidatingAdmissionPolicy',
      group: ADMISSION,
      fieldSpecs: [
        {
          path: 'spec/policyName',
          group: ADMISSION,
          kind: 'ValidatingAdmissionPolicyBinding',
        },
      ],
    },
  ];
}
