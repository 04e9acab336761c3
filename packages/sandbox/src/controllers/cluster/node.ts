import type { JsonObject } from '../../json/value';
import { at } from '../../json/value';
import type { ControllerContext } from '../controllerContext';

/** The one node that all pods are said to be on. */
export const NODE_NAME = 'sandbox';
/** Its address, which nothing listens on. */
export const NODE_ADDRESS = '172.18.0.2';

const CONDITIONS: Array<[string, string, string, string]> = [
  [
    'MemoryPressure',
    'False',
    'KubeletHasSufficientMemory',
    'kubelet has sufficient memory available',
  ],
  [
    'DiskPressure',
    'False',
    'KubeletHasNoDiskPressure',
    'kubelet has no disk pressure',
  ],
  [
    'PIDPressure',
    'False',
    'KubeletHasSufficientPID',
    'kubelet has sufficient PID available',
  ],
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
];

/** Registers the node unless it is there. */
export function registerNode(context: ControllerContext): void {
  const key = { storage: '/nodes', namespace: '', name: NODE_NAME };
  if (!context.store.get(key)) {
    context.create(
      {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: {
          name: NODE_NAME,
          labels: {
            'beta.kubernetes.io/arch': 'amd64',
            'beta.kubernetes.io/os': 'linux',
            'kubernetes.io/arch': 'amd64',
            'kubernetes.io/hostname': NODE_NAME,
            'kubernetes.io/os': 'linux',
          },
        },
        spec: { podCIDR: '10.244.0.0/16', podCIDRs: ['10.244.0.0/16'] },
      },
      'kubelet',
    );
  }
  const node = context.store.get(key);
  if (node && !at(node, 'status', 'conditions')) {
    context.writeStatus(node, nodeStatus(context.apiNow), 'kubelet');
  }
}

function nodeStatus(now: string): JsonObject {
  const capacity = {
    cpu: '8',
    'ephemeral-storage': '100Gi',
    memory: '32Gi',
    pods: '10000',
  };
  return {
    addresses: [
      { type: 'InternalIP', address: NODE_ADDRESS },
      { type: 'Hostname', address: NODE_NAME },
    ],
    capacity,
    allocatable: capacity,
    conditions: CONDITIONS.map(([type, status, reason, message]) => ({
      type,
      status,
      reason,
      message,
      lastHeartbeatTime: now,
      lastTransitionTime: now,
    })),
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    nodeInfo: {
      architecture: 'amd64',
      bootID: '00000000-0000-0000-0000-000000000000',
      containerRuntimeVersion: 'containerd://2.1.4',
      kernelVersion: '6.12.0',
      kubeProxyVersion: '',
      kubeletVersion: 'v1.34.2',
      machineID: '00000000000000000000000000000000',
      operatingSystem: 'linux',
      osImage: 'Backstage GitOps sandbox',
      systemUUID: '00000000-0000-0000-0000-000000000000',
    },
  };
}
