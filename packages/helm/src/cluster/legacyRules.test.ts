import type { HealthStatus } from '@backstage-gitops/kubernetes-apply';
import { parseYaml } from '@backstage-gitops/kubernetes-yaml';
import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { clusterObject } from './ClusterObject';
import { legacyRules } from './legacyRules';

const METADATA = 'metadata: {name: a, namespace: default, generation: 2}';

function statusOf(text: string, options: { jobs?: boolean } = {}) {
  const object = parseYaml(
    `${METADATA}\n${text}`,
  ) as unknown as KubernetesObject;
  const [rule] = legacyRules([clusterObject(object)], options);
  expect(rule).toMatchObject({
    apiVersion: object.apiVersion,
    kind: object.kind,
  });
  return rule.evaluate(object)?.status;
}

const workload = (kind: string, spec: string, status: string) =>
  `apiVersion: apps/v1\nkind: ${kind}\nspec: ${spec}\nstatus: ${status}`;

describe('ready as in Helm 3', () => {
  it.each<[string, HealthStatus]>([
    ['apiVersion: v1\nkind: ConfigMap', 'Current'],
    ['apiVersion: v1\nkind: Pod', 'InProgress'],
    [
      'apiVersion: v1\nkind: Pod\nstatus: {conditions: [{type: Ready, status: "True"}]}',
      'Current',
    ],
    [
      'apiVersion: v1\nkind: PersistentVolumeClaim\nstatus: {phase: Pending}',
      'InProgress',
    ],
    [
      'apiVersion: v1\nkind: PersistentVolumeClaim\nstatus: {phase: Bound}',
      'Current',
    ],
    ['apiVersion: v1\nkind: Service\nspec: {}', 'InProgress'],
    ['apiVersion: v1\nkind: Service\nspec: {clusterIP: None}', 'Current'],
    ['apiVersion: v1\nkind: Service\nspec: {type: ExternalName}', 'Current'],
    [
      'apiVersion: v1\nkind: Service\nspec: {type: LoadBalancer, clusterIP: 10.0.0.1}',
      'InProgress',
    ],
    [
      'apiVersion: v1\nkind: Service\nspec: {type: LoadBalancer, clusterIP: 10.0.0.1, externalIPs: [1.2.3.4]}',
      'Current',
    ],
    [
      'apiVersion: v1\nkind: Service\nspec: {type: LoadBalancer, clusterIP: 10.0.0.1}\nstatus: {loadBalancer: {ingress: [{ip: 1.2.3.4}]}}',
      'Current',
    ],
    [
      'apiVersion: v1\nkind: ReplicationController\nstatus: {observedGeneration: 2, replicas: 2, readyReplicas: 1}',
      'InProgress',
    ],
    [
      'apiVersion: v1\nkind: ReplicationController\nstatus: {observedGeneration: 2, replicas: 2, readyReplicas: 2}',
      'Current',
    ],
    [workload('ReplicaSet', '{}', '{observedGeneration: 1}'), 'InProgress'],
    [workload('ReplicaSet', '{}', '{observedGeneration: 2}'), 'Current'],
    // 25 % of three may be unavailable, which is none.
    [
      workload(
        'Deployment',
        '{replicas: 3}',
        '{observedGeneration: 2, replicas: 3, updatedReplicas: 3, readyReplicas: 2}',
      ),
      'InProgress',
    ],
    [
      workload(
        'Deployment',
        '{replicas: 3}',
        '{observedGeneration: 2, replicas: 3, updatedReplicas: 3, readyReplicas: 3}',
      ),
      'Current',
    ],
    [
      workload(
        'Deployment',
        '{replicas: 3}',
        '{observedGeneration: 1, replicas: 3, updatedReplicas: 3, readyReplicas: 3}',
      ),
      'InProgress',
    ],
    // Of four ready Pods one may be of the former ReplicaSet.
    [
      workload(
        'Deployment',
        '{replicas: 4}',
        '{observedGeneration: 2, replicas: 5, updatedReplicas: 4, readyReplicas: 4}',
      ),
      'Current',
    ],
    [
      workload(
        'Deployment',
        '{replicas: 4}',
        '{observedGeneration: 2, replicas: 5, updatedReplicas: 4, readyReplicas: 3}',
      ),
      'InProgress',
    ],
    [
      workload(
        'Deployment',
        '{replicas: 4, strategy: {rollingUpdate: {maxUnavailable: 4}}}',
        '{observedGeneration: 2}',
      ),
      'Current',
    ],
    [
      workload(
        'Deployment',
        '{replicas: 1, strategy: {rollingUpdate: {maxUnavailable: 0, maxSurge: 0}}}',
        '{observedGeneration: 2}',
      ),
      'Current',
    ],
    [
      workload(
        'Deployment',
        '{strategy: {type: Recreate}}',
        '{observedGeneration: 2}',
      ),
      'InProgress',
    ],
    [
      workload(
        'StatefulSet',
        '{replicas: 3}',
        '{observedGeneration: 2, updatedReplicas: 3, readyReplicas: 3, currentRevision: a, updateRevision: a}',
      ),
      'Current',
    ],
    [
      workload(
        'StatefulSet',
        '{replicas: 3}',
        '{observedGeneration: 2, updatedReplicas: 3, readyReplicas: 3, currentRevision: a, updateRevision: b}',
      ),
      'InProgress',
    ],
    [
      workload(
        'StatefulSet',
        '{replicas: 3}',
        '{observedGeneration: 2, updatedReplicas: 2, readyReplicas: 3}',
      ),
      'InProgress',
    ],
    [
      workload(
        'StatefulSet',
        '{replicas: 3, updateStrategy: {rollingUpdate: {partition: 2}}}',
        '{observedGeneration: 2, updatedReplicas: 1, readyReplicas: 3, currentRevision: a, updateRevision: b}',
      ),
      'Current',
    ],
    [
      workload(
        'StatefulSet',
        '{replicas: 3, updateStrategy: {type: OnDelete}}',
        '{observedGeneration: 2}',
      ),
      'Current',
    ],
    [
      workload(
        'DaemonSet',
        '{}',
        '{observedGeneration: 2, desiredNumberScheduled: 4, updatedNumberScheduled: 4, numberReady: 3}',
      ),
      'Current',
    ],
    [
      workload(
        'DaemonSet',
        '{}',
        '{observedGeneration: 2, desiredNumberScheduled: 4, updatedNumberScheduled: 4, numberReady: 2}',
      ),
      'InProgress',
    ],
    [
      workload(
        'DaemonSet',
        '{}',
        '{observedGeneration: 2, desiredNumberScheduled: 4, updatedNumberScheduled: 3, numberReady: 4}',
      ),
      'InProgress',
    ],
    [
      workload(
        'DaemonSet',
        '{updateStrategy: {rollingUpdate: {maxUnavailable: 50%}}}',
        '{observedGeneration: 2, desiredNumberScheduled: 4, updatedNumberScheduled: 4, numberReady: 2}',
      ),
      'Current',
    ],
    [
      workload(
        'DaemonSet',
        '{updateStrategy: {type: OnDelete}}',
        '{observedGeneration: 2}',
      ),
      'Current',
    ],
    [
      'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition',
      'InProgress',
    ],
    [
      'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nstatus: {conditions: [{type: Established, status: "True"}]}',
      'Current',
    ],
    [
      'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nstatus: {conditions: [{type: NamesAccepted, status: "False"}]}',
      'Current',
    ],
    ['apiVersion: batch/v1\nkind: Job\nspec: {completions: 1}', 'Current'],
  ])('%s', (text, status) => {
    expect(statusOf(text)).toBe(status);
  });

  it.each<[string, HealthStatus]>([
    ['spec: {completions: 1, backoffLimit: 0}\nstatus: {}', 'InProgress'],
    [
      'spec: {completions: 1, backoffLimit: 0}\nstatus: {succeeded: 1}',
      'Current',
    ],
    ['spec: {completions: 1, backoffLimit: 0}\nstatus: {failed: 1}', 'Failed'],
    [
      'spec: {completions: 1, backoffLimit: 1}\nstatus: {failed: 1}',
      'InProgress',
    ],
  ])('Jobs are waited for where that is wanted: %s', (text, status) => {
    const job = `apiVersion: batch/v1\nkind: Job\n${text}`;
    expect(statusOf(job, { jobs: true })).toBe(status);
  });
});
