import type { JsonObject } from '../../json/value';
import type { ControllerContext } from '../controllerContext';

const RBAC = 'rbac.authorization.k8s.io/v1';
const BOOTSTRAP_LABELS = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update'];
const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** Creates what every cluster starts with: namespaces, the user-facing roles and the admins' binding. */
export function bootstrap(context: ControllerContext): void {
  const objects: JsonObject[] = [
    ...NAMESPACES.map(name => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    })),
    clusterRole('cluster-admin', [
      { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
      { nonResourceURLs: ['*'], verbs: ['*'] },
    ]),
    clusterRole('admin', userRules([...READ, ...WRITE], true)),
    clusterRole('edit', userRules([...READ, ...WRITE], false)),
    clusterRole('view', viewRules()),
    {
      apiVersion: RBAC,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'cluster-admin', labels: BOOTSTRAP_LABELS },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: 'cluster-admin',
      },
      subjects: [
        {
          apiGroup: 'rbac.authorization.k8s.io',
          kind: 'Group',
          name: 'system:masters',
        },
      ],
    },
  ];
  for (const object of objects) context.ensure(object, 'kube-apiserver');
}

function clusterRole(name: string, rules: JsonObject[]): JsonObject {
  return {
    apiVersion: RBAC,
    kind: 'ClusterRole',
    metadata: { name, labels: BOOTSTRAP_LABELS },
    rules,
  };
}

const CORE = [
  'configmaps',
  'endpoints',
  'events',
  'persistentvolumeclaims',
  'pods',
  'pods/log',
  'pods/status',
  'replicationcontrollers',
  'replicationcontrollers/scale',
  'serviceaccounts',
  'services',
  'services/status',
];
const WORKLOAD_GROUPS = [
  'apps',
  'autoscaling',
  'batch',
  'networking.k8s.io',
  'policy',
];

function userRules(verbs: string[], withRoles: boolean): JsonObject[] {
  const rules: JsonObject[] = [
    { apiGroups: [''], resources: [...CORE, 'secrets'], verbs },
    { apiGroups: WORKLOAD_GROUPS, resources: ['*'], verbs },
    {
      apiGroups: [''],
      resources: ['namespaces', 'resourcequotas', 'limitranges'],
      verbs: READ,
    },
    { apiGroups: [''], resources: ['serviceaccounts'], verbs: ['impersonate'] },
  ];
  if (withRoles) {
    rules.push({
      apiGroups: ['rbac.authorization.k8s.io'],
      resources: ['roles', 'rolebindings'],
      verbs,
    });
  }
  return rules;
}

function viewRules(): JsonObject[] {
  return [
    { apiGroups: [''], resources: [...CORE, 'namespaces'], verbs: READ },
    { apiGroups: WORKLOAD_GROUPS, resources: ['*'], verbs: READ },
  ];
}
