import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { formatGoDuration } from './duration';
import { healthOf } from './healthOf';
import type { HealthStatus } from './HealthStatus';
import { describeUnhealthy } from './waitForHealth';

interface Expected {
  object: KubernetesObject;
  status: HealthStatus;
  message?: string;
}

const KSTATUS: Expected[] = JSON.parse(
  readFileSync(join(__dirname, '__fixtures__', 'kstatus.json'), 'utf8'),
);

const NOW = Date.parse('2026-01-01T00:01:00Z');

function object(
  apiVersion: string,
  kind: string,
  rest: object = {},
): KubernetesObject {
  return { apiVersion, kind, metadata: { name: 'x', generation: 1 }, ...rest };
}

const condition = (
  type: string,
  status: string,
  reason = '',
  message = '',
) => ({
  type,
  status,
  reason,
  message,
});
const conditions = (...list: object[]) => ({ status: { conditions: list } });

const rolledOut = {
  observedGeneration: 1,
  replicas: 2,
  updatedReplicas: 2,
  readyReplicas: 2,
  availableReplicas: 2,
  conditions: [
    condition('Available', 'True'),
    condition('Progressing', 'True', 'NewReplicaSetAvailable'),
  ],
};
const deploymentWith = (status: object, spec: object = {}) =>
  object('apps/v1', 'Deployment', {
    spec: { replicas: 2, progressDeadlineSeconds: 600, ...spec },
    status: { ...rolledOut, ...status },
  });
const statefulSetWith = (status: object, spec: object = {}) =>
  object('apps/v1', 'StatefulSet', {
    spec: { replicas: 3, ...spec },
    status: {
      replicas: 3,
      readyReplicas: 3,
      currentReplicas: 3,
      currentRevision: 'a',
      updateRevision: 'a',
      ...status,
    },
  });
const daemonSetWith = (status: object) =>
  object('apps/v1', 'DaemonSet', {
    status: {
      observedGeneration: 1,
      desiredNumberScheduled: 2,
      currentNumberScheduled: 2,
      updatedNumberScheduled: 2,
      numberAvailable: 2,
      numberReady: 2,
      ...status,
    },
  });
const podWith = (status: object, createdAt = '2026-01-01T00:00:00Z') => ({
  ...object('v1', 'Pod', { status }),
  metadata: { name: 'x', creationTimestamp: createdAt },
});

describe('healthOf', () => {
  const cases: [string, KubernetesObject, HealthStatus][] = [
    ['ConfigMap', object('v1', 'ConfigMap'), 'Current'],
    ['Namespace', object('v1', 'Namespace'), 'Current'],
    ['CronJob', object('batch/v1', 'CronJob'), 'Current'],
    ['Service', object('v1', 'Service'), 'Current'],
    [
      'LoadBalancer without an address',
      object('v1', 'Service', { spec: { type: 'LoadBalancer' } }),
      'InProgress',
    ],
    [
      'LoadBalancer',
      object('v1', 'Service', {
        spec: { type: 'LoadBalancer', clusterIP: '10.0.0.1' },
      }),
      'Current',
    ],
    [
      'bound claim',
      object('v1', 'PersistentVolumeClaim', { status: { phase: 'Bound' } }),
      'Current',
    ],
    ['new claim', object('v1', 'PersistentVolumeClaim'), 'InProgress'],
    ['old generation', deploymentWith({ observedGeneration: 0 }), 'InProgress'],
    ['Deployment', deploymentWith({}), 'Current'],
    ['fewer replicas', deploymentWith({ replicas: 1 }), 'InProgress'],
    ['fewer updated', deploymentWith({ updatedReplicas: 1 }), 'InProgress'],
    ['more replicas', deploymentWith({ replicas: 3 }), 'InProgress'],
    ['fewer available', deploymentWith({ availableReplicas: 1 }), 'InProgress'],
    ['fewer ready', deploymentWith({ readyReplicas: 1 }), 'InProgress'],
    [
      'deadline exceeded',
      deploymentWith({
        conditions: [
          condition('Progressing', 'False', 'ProgressDeadlineExceeded', 'slow'),
        ],
      }),
      'Failed',
    ],
    [
      'still progressing',
      deploymentWith({
        conditions: [
          condition('Available', 'True'),
          condition('Progressing', 'True', 'ReplicaSetUpdated'),
        ],
      }),
      'InProgress',
    ],
    [
      'no deadline',
      deploymentWith(
        { conditions: [condition('Available', 'True')] },
        { progressDeadlineSeconds: undefined },
      ),
      'Current',
    ],
    [
      'not available',
      deploymentWith({
        conditions: [
          condition('Progressing', 'True', 'NewReplicaSetAvailable'),
        ],
      }),
      'InProgress',
    ],
    ['no status', object('apps/v1', 'Deployment'), 'InProgress'],
    ['StatefulSet', statefulSetWith({}), 'Current'],
    ['fewer ready sets', statefulSetWith({ readyReplicas: 1 }), 'InProgress'],
    ['other revision', statefulSetWith({ updateRevision: 'b' }), 'InProgress'],
    [
      'OnDelete',
      statefulSetWith(
        { readyReplicas: 0 },
        { updateStrategy: { type: 'OnDelete' } },
      ),
      'Current',
    ],
    [
      'partition done',
      statefulSetWith(
        { updatedReplicas: 1, updateRevision: 'b' },
        { updateStrategy: { rollingUpdate: { partition: 2 } } },
      ),
      'Current',
    ],
    [
      'partition under way',
      statefulSetWith(
        { updatedReplicas: 0 },
        { updateStrategy: { rollingUpdate: { partition: 2 } } },
      ),
      'InProgress',
    ],
    ['DaemonSet', daemonSetWith({}), 'Current'],
    ['DaemonSet under way', daemonSetWith({ numberReady: 1 }), 'InProgress'],
    ['new DaemonSet', object('apps/v1', 'DaemonSet'), 'InProgress'],
    [
      'ReplicaSet',
      object('apps/v1', 'ReplicaSet', {
        status: {
          replicas: 1,
          fullyLabeledReplicas: 1,
          availableReplicas: 1,
          readyReplicas: 1,
        },
      }),
      'Current',
    ],
    [
      'ReplicaSet with failures',
      object(
        'apps/v1',
        'ReplicaSet',
        conditions(condition('ReplicaFailure', 'True')),
      ),
      'InProgress',
    ],
    [
      'running Job',
      object('batch/v1', 'Job', { status: { active: 1 } }),
      'InProgress',
    ],
    [
      'done Job',
      object('batch/v1', 'Job', conditions(condition('Complete', 'True'))),
      'Current',
    ],
    [
      'failed Job',
      object('batch/v1', 'Job', conditions(condition('Failed', 'True'))),
      'Failed',
    ],
    [
      'suspended Job',
      object('batch/v1', 'Job', { spec: { suspend: true } }),
      'Current',
    ],
    ['new Pod', podWith({}), 'InProgress'],
    ['Succeeded', podWith({ phase: 'Succeeded' }), 'Current'],
    ['failed Pod', podWith({ phase: 'Failed' }), 'Current'],
    ['running Pod', podWith({ phase: 'Running' }), 'InProgress'],
    [
      'ready Pod',
      podWith({ phase: 'Running', conditions: [condition('Ready', 'True')] }),
      'Current',
    ],
    [
      'crashing Pod',
      podWith({
        phase: 'Running',
        containerStatuses: [
          { name: 'a', state: { waiting: { reason: 'CrashLoopBackOff' } } },
        ],
      }),
      'Failed',
    ],
    ['pending Pod', podWith({ phase: 'Pending' }), 'InProgress'],
    [
      'unschedulable Pod',
      podWith({
        phase: 'Pending',
        conditions: [condition('PodScheduled', 'False', 'Unschedulable')],
      }),
      'Failed',
    ],
    [
      'unschedulable new Pod',
      podWith(
        {
          phase: 'Pending',
          conditions: [condition('PodScheduled', 'False', 'Unschedulable')],
        },
        '2026-01-01T00:00:50Z',
      ),
      'InProgress',
    ],
    [
      'definition',
      object(
        'apiextensions.k8s.io/v1',
        'CustomResourceDefinition',
        conditions(
          condition('NamesAccepted', 'True'),
          condition('Established', 'True'),
        ),
      ),
      'Current',
    ],
    [
      'definition with taken names',
      object(
        'apiextensions.k8s.io/v1',
        'CustomResourceDefinition',
        conditions(condition('NamesAccepted', 'False')),
      ),
      'Failed',
    ],
    [
      'new definition',
      object('apiextensions.k8s.io/v1', 'CustomResourceDefinition'),
      'InProgress',
    ],
    ['custom', object('x.io/v1', 'Widget'), 'Current'],
    [
      'ready',
      object('x.io/v1', 'Widget', conditions(condition('Ready', 'True'))),
      'Current',
    ],
    [
      'not ready',
      object('x.io/v1', 'Widget', conditions(condition('Ready', 'False'))),
      'InProgress',
    ],
    [
      'stalled',
      object(
        'x.io/v1',
        'Widget',
        conditions(condition('Ready', 'False'), condition('Stalled', 'True')),
      ),
      'Failed',
    ],
    [
      'reconciling',
      object(
        'x.io/v1',
        'Widget',
        conditions(
          condition('Reconciling', 'True'),
          condition('Stalled', 'True'),
        ),
      ),
      'InProgress',
    ],
    [
      'never reconciled',
      object('x.io/v1', 'Widget', { status: { observedGeneration: -1 } }),
      'InProgress',
    ],
    [
      'Deployment of another group',
      object('x.io/v1', 'Deployment', { spec: { replicas: 2 } }),
      'Current',
    ],
  ];

  it.each(cases)('%s', (_, subject, status) => {
    expect(healthOf(subject, { now: NOW }).status).toBe(status);
  });

  it('sees deletion before anything else', () => {
    const gone = deploymentWith({});
    gone.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
    expect(healthOf(gone).status).toBe('Terminating');
  });

  // Objects of all kinds, and what kstatus makes of them (fluxcd/cli-utils
  // 1.2.2 and Flux's reader of Jobs, Flux 2.9).
  it.each(KSTATUS)('agrees with kstatus on $object', expected => {
    const health = healthOf(expected.object, {
      now: Date.parse('2026-06-01T00:00:00Z'),
    });
    expect({ ...expected, ...health }).toEqual({
      message: health.message,
      ...expected,
    });
  });

  it('asks the rules of the caller first', () => {
    const rule = {
      apiVersion: 'x.io/v1',
      kind: 'Widget',
      evaluate: () => ({ status: 'Failed' as const, message: 'by rule' }),
    };
    const widget = object('x.io/v1', 'Widget');
    expect(healthOf(widget, { rules: [rule] }).message).toBe('by rule');
    const wholeGroup = { ...rule, kind: '', apiVersion: 'x.io/v2' };
    const current = {
      ...rule,
      evaluate: () => ({ status: 'Current' as const, message: 'by kind' }),
    };
    const rules = [wholeGroup, current];
    expect(healthOf(widget, { rules }).message).toBe('by kind');
    const gadget = object('x.io/v1', 'Gadget');
    gadget.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
    expect(healthOf(gadget, { rules }).message).toBe('by rule');
    const other = { ...rule, evaluate: () => undefined };
    expect(healthOf(widget, { rules: [other] }).status).toBe('Current');
  });

  it.each([
    null,
    'text',
    7,
    [],
    { conditions: 'x' },
    { conditions: [null, 7] },
  ])('answers for status %j', status => {
    for (const kind of [
      'Deployment',
      'StatefulSet',
      'DaemonSet',
      'ReplicaSet',
    ]) {
      expect(healthOf(object('apps/v1', kind, { status })).status).toBe(
        'InProgress',
      );
    }
    expect(healthOf(object('x.io/v1', 'Widget', { status })).status).toBe(
      'Current',
    );
  });
});

describe('messages', () => {
  const ref = (name: string) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace: 'n',
    name,
  });
  const objects = [
    { ref: ref('a'), status: 'Current', message: '', observed: true },
    { ref: ref('b'), status: 'InProgress', message: 'x', observed: true },
    { ref: ref('c'), status: 'Failed', message: 'broken', observed: true },
    { ref: ref('d'), status: 'Unknown', message: '', observed: false },
  ] as const;

  it('are those of Flux', () => {
    expect(describeUnhealthy(objects, true)).toBe(
      "timeout waiting for: [Deployment/n/b status: 'InProgress', Deployment/n/c status: 'Failed': broken, can't determine status for Deployment/n/d]",
    );
    expect(describeUnhealthy(objects, false)).toBe(
      "failed early due to stalled resources: [Deployment/n/c status: 'Failed': broken]",
    );
  });

  it.each([
    [0, '0s'],
    [250, '250ms'],
    [1500, '1.5s'],
    [30_000, '30s'],
    [90_000, '1m30s'],
    [3_600_000, '1h0m0s'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatGoDuration(ms)).toBe(text);
  });
});
