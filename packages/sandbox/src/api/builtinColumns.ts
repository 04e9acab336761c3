import type { JsonObject, JsonValue } from '../json/value';
import { asArray, asObject, asString, at, isObject } from '../json/value';
import { age, humanDuration } from './age';
import { CLUSTER_COLUMNS, LAST_SCHEDULE } from './clusterColumns';
import { AGE, number, size, text, type Column } from './column';
import { POD_COLUMNS } from './podColumns';

const CREATED_AT: Column = {
  name: 'Created At',
  type: 'string',
  value: object => asString(at(object, 'metadata', 'creationTimestamp')) ?? '',
};

function count(object: JsonObject, ...path: string[]): number {
  return Number(at(object, ...path) ?? 0);
}

function containers(object: JsonObject): JsonObject[] {
  return asArray(at(object, 'spec', 'template', 'spec', 'containers')).filter(
    isObject,
  );
}

const WIDE = [
  text(
    'Containers',
    o =>
      containers(o)
        .map(c => String(c.name))
        .join(','),
    1,
  ),
  text(
    'Images',
    o =>
      containers(o)
        .map(c => String(c.image))
        .join(','),
    1,
  ),
  text('Selector', o => selector(at(o, 'spec', 'selector')), 1),
];

function selector(value: JsonValue | undefined): string {
  const labels = asObject(asObject(value).matchLabels ?? value);
  const pairs = Object.entries(labels)
    .filter(([, entry]) => typeof entry === 'string')
    .map(([key, entry]) => `${key}=${String(entry)}`)
    .sort();
  return pairs.length > 0 ? pairs.join(',') : '<none>';
}

function ports(object: JsonObject): string {
  const list = asArray(at(object, 'spec', 'ports')).filter(isObject);
  if (list.length === 0) return '<none>';
  return list
    .map(port => {
      const node = port.nodePort ? `:${String(port.nodePort)}` : '';
      return `${String(port.port)}${node}/${String(port.protocol ?? 'TCP')}`;
    })
    .join(',');
}

function loadBalancerAddress(object: JsonObject): string {
  return asArray(at(object, 'status', 'loadBalancer', 'ingress'))
    .filter(isObject)
    .map(entry => String(entry.ip ?? entry.hostname ?? ''))
    .join(',');
}

function externalIp(object: JsonObject): string {
  const spec = asObject(object.spec);
  if (spec.type === 'ExternalName') return String(spec.externalName ?? '');
  const address = loadBalancerAddress(object);
  if (address) return address;
  return spec.type === 'LoadBalancer' ? '<pending>' : '<none>';
}

/** `cpu: 30%/80%`, or `<unknown>` for what is not measured. */
function autoscalerTargets(object: JsonObject): string {
  const current = asArray(at(object, 'status', 'currentMetrics')).filter(
    isObject,
  );
  const metrics = asArray(at(object, 'spec', 'metrics')).filter(isObject);
  if (metrics.length === 0) return '<none>';
  return metrics
    .slice(0, 2)
    .map((metric, index) => {
      const { name, target } = asObject(metric.resource);
      const wanted = asObject(target);
      const now = asObject(asObject(current[index]?.resource).current);
      const isShare = wanted.averageUtilization !== undefined;
      const unit = isShare ? '%' : '';
      const key = isShare ? 'averageUtilization' : 'averageValue';
      const label = name === undefined ? '' : `${String(name)}: `;
      const measured =
        now[key] === undefined ? '<unknown>' : `${String(now[key])}${unit}`;
      return `${label}${measured}/${String(wanted[key] ?? '<auto>')}${unit}`;
    })
    .join(', ');
}

function jobDuration(object: JsonObject, now: Date): string {
  const start = Date.parse(asString(at(object, 'status', 'startTime')) ?? '');
  if (Number.isNaN(start)) return '';
  const end = asString(at(object, 'status', 'completionTime'));
  return humanDuration(
    ((end ? Date.parse(end) : now.getTime()) - start) / 1000,
  );
}

function jobStatus(object: JsonObject): string {
  const conditions = asArray(at(object, 'status', 'conditions')).filter(
    isObject,
  );
  const holds = (type: string) =>
    conditions.some(entry => entry.type === type && entry.status === 'True');
  if (holds('Complete')) return 'Complete';
  if (holds('Failed')) return 'Failed';
  return at(object, 'metadata', 'deletionTimestamp')
    ? 'Terminating'
    : 'Running';
}

const duration: Column = text('Duration', () => '');
duration.value = jobDuration;

const lastSeen: Column = text('Last Seen', () => '');
lastSeen.value = (object, now) =>
  age(
    object.lastTimestamp ??
      object.deprecatedLastTimestamp ??
      object.eventTime ??
      at(object, 'metadata', 'creationTimestamp') ??
      '',
    now,
  );

function involved(object: JsonObject): string {
  const target = asObject(object.involvedObject ?? object.regarding);
  return `${String(target.kind ?? '').toLowerCase()}/${String(target.name ?? '')}`;
}

/** A CronJob's containers are those of its Jobs. */
const JOB_WIDE: Column[] = [WIDE[0], WIDE[1]].map(column => ({
  ...column,
  value: (object, now) =>
    column.value(asObject(at(object, 'spec', 'jobTemplate')), now),
}));
JOB_WIDE.push(text('Selector', () => '<none>', 1));

const EVENT = [
  lastSeen,
  text('Type', o => asString(o.type) ?? ''),
  text('Reason', o => asString(o.reason) ?? ''),
  text('Object', involved),
  text('Message', o => (asString(o.message) ?? asString(o.note) ?? '').trim()),
];

const ROLE_BINDING = [
  text(
    'Role',
    o =>
      `${String(at(o, 'roleRef', 'kind') ?? '')}/${String(at(o, 'roleRef', 'name') ?? '')}`,
  ),
  AGE,
];

/** Columns of built-in kinds after the name (`pkg/printers/internalversion`, Kubernetes 1.34). */
export const BUILTIN_COLUMNS: Record<string, Column[]> = {
  ...CLUSTER_COLUMNS,
  '/ConfigMap': [text('Data', o => size(o.data) + size(o.binaryData)), AGE],
  '/Secret': [
    text('Type', o => asString(o.type) ?? ''),
    text('Data', o => size(o.data)),
    AGE,
  ],
  '/Namespace': [
    text('Status', o => asString(at(o, 'status', 'phase')) ?? ''),
    AGE,
  ],
  '/ServiceAccount': [number('Secrets', o => size(o.secrets)), AGE],
  '/Service': [
    text('Type', o => asString(at(o, 'spec', 'type')) ?? ''),
    text('Cluster-IP', o => asString(at(o, 'spec', 'clusterIP')) ?? '<none>'),
    text('External-IP', externalIp),
    text('Port(s)', ports),
    AGE,
    text('Selector', o => selector(at(o, 'spec', 'selector')), 1),
  ],
  '/Pod': POD_COLUMNS,
  '/Event': EVENT,
  'events.k8s.io/Event': EVENT,
  'apps/Deployment': [
    text(
      'Ready',
      o =>
        `${count(o, 'status', 'readyReplicas')}/${count(o, 'spec', 'replicas')}`,
    ),
    text('Up-to-date', o => String(count(o, 'status', 'updatedReplicas'))),
    text('Available', o => String(count(o, 'status', 'availableReplicas'))),
    AGE,
    ...WIDE,
  ],
  'apps/ReplicaSet': [
    number('Desired', o => count(o, 'spec', 'replicas')),
    number('Current', o => count(o, 'status', 'replicas')),
    number('Ready', o => count(o, 'status', 'readyReplicas')),
    AGE,
    ...WIDE,
  ],
  '/ReplicationController': [
    number('Desired', o => count(o, 'spec', 'replicas')),
    number('Current', o => count(o, 'status', 'replicas')),
    number('Ready', o => count(o, 'status', 'readyReplicas')),
    AGE,
    ...WIDE,
  ],
  'apps/StatefulSet': [
    text(
      'Ready',
      o =>
        `${count(o, 'status', 'readyReplicas')}/${count(o, 'spec', 'replicas')}`,
    ),
    AGE,
    WIDE[0],
    WIDE[1],
  ],
  'apps/DaemonSet': [
    number('Desired', o => count(o, 'status', 'desiredNumberScheduled')),
    number('Current', o => count(o, 'status', 'currentNumberScheduled')),
    number('Ready', o => count(o, 'status', 'numberReady')),
    number('Up-to-date', o => count(o, 'status', 'updatedNumberScheduled')),
    number('Available', o => count(o, 'status', 'numberAvailable')),
    text('Node Selector', o =>
      selector(at(o, 'spec', 'template', 'spec', 'nodeSelector')),
    ),
    AGE,
    ...WIDE,
  ],
  'batch/Job': [
    text('Status', jobStatus),
    text(
      'Completions',
      o =>
        `${count(o, 'status', 'succeeded')}/${count(o, 'spec', 'completions')}`,
    ),
    duration,
    AGE,
    ...WIDE,
  ],
  'autoscaling/HorizontalPodAutoscaler': [
    text('Reference', o => {
      const { kind, name } = asObject(at(o, 'spec', 'scaleTargetRef'));
      return `${String(kind)}/${String(name)}`;
    }),
    text('Targets', autoscalerTargets),
    text('MinPods', o => String(at(o, 'spec', 'minReplicas') ?? '<unset>')),
    text('MaxPods', o => String(count(o, 'spec', 'maxReplicas'))),
    number('Replicas', o => count(o, 'status', 'currentReplicas')),
    AGE,
  ],
  'batch/CronJob': [
    text('Schedule', o => asString(at(o, 'spec', 'schedule')) ?? ''),
    text('Timezone', o => asString(at(o, 'spec', 'timeZone')) ?? '<none>'),
    text('Suspend', o =>
      at(o, 'spec', 'suspend') === true ? 'True' : 'False',
    ),
    number('Active', o => size(at(o, 'status', 'active'))),
    LAST_SCHEDULE,
    AGE,
    ...JOB_WIDE,
  ],
  'networking.k8s.io/Ingress': [
    text('Class', o => asString(at(o, 'spec', 'ingressClassName')) ?? '<none>'),
    text('Hosts', o => {
      const hosts = asArray(at(o, 'spec', 'rules'))
        .map(rule => asString(asObject(rule).host))
        .filter(Boolean);
      return hosts.length > 0 ? hosts.join(',') : '*';
    }),
    text('Address', loadBalancerAddress),
    text('Ports', o => (size(at(o, 'spec', 'tls')) > 0 ? '80, 443' : '80')),
    AGE,
  ],
  'networking.k8s.io/NetworkPolicy': [
    text('Pod-Selector', o => selector(at(o, 'spec', 'podSelector'))),
    AGE,
  ],
  'coordination.k8s.io/Lease': [
    text('Holder', o => asString(at(o, 'spec', 'holderIdentity')) ?? ''),
    AGE,
  ],
  'rbac.authorization.k8s.io/Role': [CREATED_AT],
  'rbac.authorization.k8s.io/ClusterRole': [CREATED_AT],
  'rbac.authorization.k8s.io/RoleBinding': ROLE_BINDING,
  'rbac.authorization.k8s.io/ClusterRoleBinding': ROLE_BINDING,
  'apiextensions.k8s.io/CustomResourceDefinition': [CREATED_AT],
};
