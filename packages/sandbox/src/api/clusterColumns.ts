import type { JsonObject } from '../json/value';
import { asArray, asObject, asString, at } from '../json/value';
import { age } from './age';
import { AGE, entries, number, text, type Column } from './column';

const ROLE = 'node-role.kubernetes.io/';

const ACCESS_MODES: Record<string, string> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

/** Access modes in short: `RWO,ROX`. */
export function accessModes(value: ReturnType<typeof at>): string {
  return asArray(value)
    .map(mode => ACCESS_MODES[String(mode)] ?? String(mode))
    .join(',');
}

function string(fallback: string, ...path: string[]) {
  return (object: JsonObject) => asString(at(object, ...path)) || fallback;
}

function nodeStatus(node: JsonObject): string {
  const ready = entries(node, 'status', 'conditions').find(
    condition => condition.type === 'Ready',
  );
  const words = [ready?.status === 'True' ? 'Ready' : 'NotReady'];
  if (!ready) words[0] = 'Unknown';
  if (at(node, 'spec', 'unschedulable') === true) {
    words.push('SchedulingDisabled');
  }
  return words.join(',');
}

function nodeRoles(node: JsonObject): string {
  const roles = Object.keys(asObject(at(node, 'metadata', 'labels')))
    .filter(label => label.startsWith(ROLE))
    .map(label => label.slice(ROLE.length))
    .sort();
  return roles.join(',') || '<none>';
}

function nodeAddress(type: string) {
  return (node: JsonObject) =>
    String(
      entries(node, 'status', 'addresses').find(entry => entry.type === type)
        ?.address ?? '<none>',
    );
}

function claimOf(volume: JsonObject): string {
  const { namespace, name } = asObject(at(volume, 'spec', 'claimRef'));
  return name ? `${String(namespace)}/${String(name)}` : '';
}

/** A list, cut after some entries as kubectl does. */
function shortened(values: string[], most = 3): string {
  if (values.length === 0) return '<none>';
  const rest = values.length - most;
  return (
    values.slice(0, most).join(',') + (rest > 0 ? ` + ${rest} more...` : '')
  );
}

function endpointsOf(endpoints: JsonObject): string {
  return shortened(
    entries(endpoints, 'subsets').flatMap(subset => {
      const ports = entries(subset, 'ports');
      const addresses = entries(subset, 'addresses').map(entry =>
        String(entry.ip),
      );
      return ports.length === 0
        ? addresses
        : ports.flatMap(port =>
            addresses.map(address => `${address}:${String(port.port)}`),
          );
    }),
  );
}

function slicePorts(slice: JsonObject): string {
  const ports = entries(slice, 'ports').map(port => String(port.port ?? '*'));
  return ports.length > 0 ? shortened(ports) : '<unset>';
}

function sliceAddresses(slice: JsonObject): string {
  const addresses = entries(slice, 'endpoints').flatMap(endpoint =>
    asArray(endpoint.addresses).map(String),
  );
  return addresses.length > 0 ? shortened(addresses) : '<unset>';
}

function budget(name: string) {
  return (object: JsonObject) => String(at(object, 'spec', name) ?? 'N/A');
}

/** When a CronJob last ran. */
export const LAST_SCHEDULE: Column = text('Last Schedule', (object, now) => {
  const time = at(object, 'status', 'lastScheduleTime');
  return time ? age(time, now) : '<none>';
});

/** Columns of what a cluster gives to workloads, and of what its controllers write. */
export const CLUSTER_COLUMNS: Record<string, Column[]> = {
  '/Node': [
    text('Status', nodeStatus),
    text('Roles', nodeRoles),
    AGE,
    text('Version', string('', 'status', 'nodeInfo', 'kubeletVersion')),
    text('Internal-IP', nodeAddress('InternalIP'), 1),
    text('External-IP', nodeAddress('ExternalIP'), 1),
    text('OS-Image', string('<unknown>', 'status', 'nodeInfo', 'osImage'), 1),
    text(
      'Kernel-Version',
      string('<unknown>', 'status', 'nodeInfo', 'kernelVersion'),
      1,
    ),
    text(
      'Container-Runtime',
      string('<unknown>', 'status', 'nodeInfo', 'containerRuntimeVersion'),
      1,
    ),
  ],
  '/PersistentVolume': [
    text('Capacity', string('', 'spec', 'capacity', 'storage')),
    text('Access Modes', o => accessModes(at(o, 'spec', 'accessModes'))),
    text('Reclaim Policy', string('', 'spec', 'persistentVolumeReclaimPolicy')),
    text('Status', string('', 'status', 'phase')),
    text('Claim', claimOf),
    text('StorageClass', string('', 'spec', 'storageClassName')),
    text(
      'VolumeAttributesClass',
      string('<unset>', 'spec', 'volumeAttributesClassName'),
    ),
    text('Reason', string('', 'status', 'reason')),
    AGE,
    text('VolumeMode', string('<unset>', 'spec', 'volumeMode'), 1),
  ],
  '/PersistentVolumeClaim': [
    text('Status', string('', 'status', 'phase')),
    text('Volume', string('', 'spec', 'volumeName')),
    text('Capacity', string('', 'status', 'capacity', 'storage')),
    text('Access Modes', o => accessModes(at(o, 'status', 'accessModes'))),
    text('StorageClass', string('', 'spec', 'storageClassName')),
    text(
      'VolumeAttributesClass',
      string('<unset>', 'spec', 'volumeAttributesClassName'),
    ),
    AGE,
    text('VolumeMode', string('<unset>', 'spec', 'volumeMode'), 1),
  ],
  'storage.k8s.io/StorageClass': [
    text('Provisioner', string('', 'provisioner')),
    text('ReclaimPolicy', string('Delete', 'reclaimPolicy')),
    text('VolumeBindingMode', string('Immediate', 'volumeBindingMode')),
    text('AllowVolumeExpansion', o => String(o.allowVolumeExpansion === true)),
    AGE,
  ],
  '/Endpoints': [text('Endpoints', endpointsOf), AGE],
  'discovery.k8s.io/EndpointSlice': [
    text('AddressType', string('', 'addressType')),
    text('Ports', slicePorts),
    text('Endpoints', sliceAddresses),
    AGE,
  ],
  'policy/PodDisruptionBudget': [
    text('Min Available', budget('minAvailable')),
    text('Max Unavailable', budget('maxUnavailable')),
    number('Allowed Disruptions', o =>
      Number(at(o, 'status', 'disruptionsAllowed') ?? 0),
    ),
    AGE,
  ],
  'apps/ControllerRevision': [
    text('Controller', o => {
      const owner = entries(o, 'metadata', 'ownerReferences').find(
        entry => entry.controller === true,
      );
      if (!owner) return '<none>';
      const group = String(owner.apiVersion).split('/')[0];
      return `${String(owner.kind).toLowerCase()}.${group}/${String(owner.name)}`;
    }),
    number('Revision', o => Number(o.revision ?? 0)),
    AGE,
  ],
  'networking.k8s.io/IngressClass': [
    text('Controller', string('', 'spec', 'controller')),
    text('Parameters', o => {
      const { apiGroup, kind, name } = asObject(at(o, 'spec', 'parameters'));
      if (!name) return '<none>';
      const group = apiGroup ? `.${String(apiGroup)}` : '';
      return `${String(kind)}${group}/${String(name)}`;
    }),
    AGE,
  ],
};
