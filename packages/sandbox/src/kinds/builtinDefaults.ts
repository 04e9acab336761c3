import type { JsonObject } from '../json/value';
import { asArray, asObject, isObject } from '../json/value';
import { defaultPodRequests, defaultPodSpec } from './podDefaults';

/** Sets members that are missing; a default that is an object is merged into what is there. */
export function fill(target: JsonObject, defaults: JsonObject): void {
  for (const [name, value] of Object.entries(defaults)) {
    const current = target[name];
    if (current === undefined || current === null) target[name] = value;
    else if (isObject(current) && isObject(value)) fill(current, value);
  }
}

type Defaulter = (object: JsonObject) => void;

function spec(object: JsonObject): JsonObject {
  if (!isObject(object.spec)) object.spec = {};
  return object.spec as JsonObject;
}

function podTemplate(parent: JsonObject): void {
  if (!isObject(parent.template)) return;
  const { template } = parent;
  const metadata: JsonObject = {
    ...asObject(template.metadata),
  };
  if (metadata.creationTimestamp === null) delete metadata.creationTimestamp;
  template.metadata = metadata;
  if (isObject(template.spec)) defaultPodSpec(template.spec);
}

const DEFAULTERS: Record<string, Defaulter> = {
  'apps/v1/Deployment': object => {
    const target = spec(object);
    fill(target, {
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: { type: 'RollingUpdate' },
    });
    const strategy = asObject(target.strategy);
    if (strategy.type === 'RollingUpdate') {
      fill(strategy, {
        rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' },
      });
    }
    podTemplate(target);
  },
  'apps/v1/ReplicaSet': object => {
    fill(spec(object), { replicas: 1 });
    podTemplate(spec(object));
  },
  'apps/v1/StatefulSet': object => {
    const target = spec(object);
    fill(target, {
      replicas: 1,
      revisionHistoryLimit: 10,
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate' },
      persistentVolumeClaimRetentionPolicy: {
        whenDeleted: 'Retain',
        whenScaled: 'Retain',
      },
    });
    const strategy = asObject(target.updateStrategy);
    if (strategy.type === 'RollingUpdate') {
      fill(strategy, { rollingUpdate: { partition: 0 } });
    }
    for (const claim of asArray(target.volumeClaimTemplates).filter(isObject)) {
      fill(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim' });
      defaultClaim(claim);
      fill(claim, { status: { phase: 'Pending' } });
    }
    podTemplate(target);
  },
  'apps/v1/DaemonSet': object => {
    const target = spec(object);
    fill(target, {
      revisionHistoryLimit: 10,
      updateStrategy: { type: 'RollingUpdate' },
    });
    const strategy = asObject(target.updateStrategy);
    if (strategy.type === 'RollingUpdate') {
      fill(strategy, { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } });
    }
    podTemplate(target);
  },
  'batch/v1/Job': object => defaultJob(spec(object)),
  'batch/v1/CronJob': object => {
    const target = spec(object);
    fill(target, {
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    });
    const template = asObject(target.jobTemplate);
    template.metadata ??= {};
    if (isObject(template.spec)) podTemplate(template.spec);
  },
  'v1/Pod': object => {
    defaultPodSpec(spec(object));
    defaultPodRequests(spec(object));
    fill(spec(object), { enableServiceLinks: true });
  },
  'v1/ReplicationController': object => {
    fill(spec(object), { replicas: 1 });
    podTemplate(spec(object));
  },
  'v1/PodTemplate': object => podTemplate(object),
  'v1/Service': defaultService,
  'v1/Secret': object => {
    fill(object, { type: 'Opaque' });
    moveStringData(object);
  },
  'v1/Namespace': object => {
    fill(object, { spec: {}, status: { phase: 'Active' } });
    const metadata = asObject(object.metadata);
    if (metadata.name) {
      metadata.labels = {
        ...asObject(metadata.labels),
        'kubernetes.io/metadata.name': metadata.name,
      };
    }
  },
  'v1/LimitRange': object => {
    for (const limit of asArray(spec(object).limits).filter(isObject)) {
      if (limit.type !== 'Container') continue;
      const limits = { ...asObject(limit.max), ...asObject(limit.default) };
      const requests = {
        ...asObject(limit.min),
        ...limits,
        ...asObject(limit.defaultRequest),
      };
      limit.default = limits;
      limit.defaultRequest = requests;
    }
  },
  'v1/PersistentVolumeClaim': object => {
    defaultClaim(object);
    fill(object, { status: { phase: 'Pending' } });
  },
  'v1/PersistentVolume': object => {
    fill(spec(object), {
      persistentVolumeReclaimPolicy: 'Retain',
      volumeMode: 'Filesystem',
    });
    fill(object, { status: { phase: 'Pending' } });
  },
  'networking.k8s.io/v1/Ingress': () => {},
  'networking.k8s.io/v1/NetworkPolicy': object => {
    const target = spec(object);
    for (const rule of [
      ...asArray(target.ingress),
      ...asArray(target.egress),
    ].filter(isObject)) {
      for (const port of asArray(rule.ports).filter(isObject)) {
        fill(port, { protocol: 'TCP' });
      }
    }
    fill(target, {
      policyTypes: target.egress ? ['Ingress', 'Egress'] : ['Ingress'],
    });
  },
  'rbac.authorization.k8s.io/v1/RoleBinding': defaultBinding,
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': defaultBinding,
  'autoscaling/v2/HorizontalPodAutoscaler': defaultAutoscaler,
  'storage.k8s.io/v1/StorageClass': object =>
    fill(object, {
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'Immediate',
    }),
  'apiextensions.k8s.io/v1/CustomResourceDefinition': object => {
    const target = spec(object);
    const names = asObject(target.names);
    if (typeof names.kind === 'string') {
      fill(names, {
        singular: names.kind.toLowerCase(),
        listKind: `${names.kind}List`,
      });
    }
    fill(target, { conversion: { strategy: 'None' } });
  },
  'apiregistration.k8s.io/v1/APIService': object => {
    const { service } = spec(object);
    if (isObject(service)) fill(service, { port: 443 });
  },
  'autoscaling/v1/HorizontalPodAutoscaler': object => {
    const target = spec(object);
    fill(target, { minReplicas: 1 });
    const metrics = asObject(asObject(object.metadata).annotations)[
      'autoscaling.alpha.kubernetes.io/metrics'
    ];
    if (!metrics) fill(target, { targetCPUUtilizationPercentage: 80 });
  },
  'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy': object => {
    const target = spec(object);
    fill(target, { failurePolicy: 'Fail' });
    if (isObject(target.matchConstraints)) {
      defaultMatch(target.matchConstraints);
    }
  },
  'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding':
    object => {
      const { matchResources } = spec(object);
      if (isObject(matchResources)) defaultMatch(matchResources);
    },
  'admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration':
    defaultWebhooks,
  'admissionregistration.k8s.io/v1/MutatingWebhookConfiguration': object => {
    defaultWebhooks(object);
    for (const webhook of asArray(object.webhooks).filter(isObject)) {
      fill(webhook, { reinvocationPolicy: 'Never' });
    }
  },
};

function defaultJob(target: JsonObject): void {
  fill(target, {
    parallelism: 1,
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: 'TerminatingOrFailed',
    manualSelector: false,
  });
  if (target.completions === undefined) target.completions = 1;
  podTemplate(target);
}

function defaultClaim(object: JsonObject): void {
  fill(spec(object), { volumeMode: 'Filesystem' });
}

function defaultBinding(object: JsonObject): void {
  fill(object, { roleRef: { apiGroup: 'rbac.authorization.k8s.io' } });
  for (const subject of asArray(object.subjects).filter(isObject)) {
    if (subject.kind !== 'ServiceAccount') {
      fill(subject, { apiGroup: 'rbac.authorization.k8s.io' });
    }
  }
}

const EACH_15_SECONDS = { periodSeconds: 15 };

function defaultAutoscaler(object: JsonObject): void {
  const target = spec(object);
  const utilization = { type: 'Utilization', averageUtilization: 80 };
  fill(target, {
    minReplicas: 1,
    metrics: [
      { type: 'Resource', resource: { name: 'cpu', target: utilization } },
    ],
  });
  if (!isObject(target.behavior)) return;
  fill(target.behavior, { scaleUp: {}, scaleDown: {} });
  fill(asObject(target.behavior.scaleUp), {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [
      { type: 'Pods', value: 4, ...EACH_15_SECONDS },
      { type: 'Percent', value: 100, ...EACH_15_SECONDS },
    ],
  });
  fill(asObject(target.behavior.scaleDown), {
    selectPolicy: 'Max',
    policies: [{ type: 'Percent', value: 100, ...EACH_15_SECONDS }],
  });
}

function defaultMatch(match: JsonObject): void {
  fill(match, {
    matchPolicy: 'Equivalent',
    namespaceSelector: {},
    objectSelector: {},
  });
  for (const name of ['resourceRules', 'excludeResourceRules']) {
    for (const rule of asArray(match[name]).filter(isObject)) {
      fill(rule, { scope: '*' });
    }
  }
}

function defaultWebhooks(object: JsonObject): void {
  for (const webhook of asArray(object.webhooks).filter(isObject)) {
    fill(webhook, {
      failurePolicy: 'Fail',
      matchPolicy: 'Equivalent',
      namespaceSelector: {},
      objectSelector: {},
      timeoutSeconds: 10,
    });
    for (const rule of asArray(webhook.rules).filter(isObject)) {
      fill(rule, { scope: '*' });
    }
    const service = asObject(webhook.clientConfig).service;
    if (isObject(service)) fill(service, { port: 443 });
  }
}

function defaultService(object: JsonObject): void {
  const target = spec(object);
  fill(target, { type: 'ClusterIP', sessionAffinity: 'None' });
  for (const port of asArray(target.ports).filter(isObject)) {
    fill(port, { protocol: 'TCP', targetPort: port.port ?? 0 });
  }
  if (target.type !== 'ExternalName') {
    fill(target, { internalTrafficPolicy: 'Cluster' });
  }
  if (target.type === 'NodePort' || target.type === 'LoadBalancer') {
    fill(target, { externalTrafficPolicy: 'Cluster' });
  }
  if (target.type === 'LoadBalancer') {
    fill(target, { allocateLoadBalancerNodePorts: true });
  }
}

function moveStringData(object: JsonObject): void {
  if (!isObject(object.stringData)) return;
  const data: JsonObject = { ...asObject(object.data) };
  for (const [key, value] of Object.entries(object.stringData)) {
    data[key] = Buffer.from(String(value ?? ''), 'utf8').toString('base64');
  }
  object.data = data;
  delete object.stringData;
}

/**
 * Fills in what the API server fills in for a built-in kind (`pkg/apis/*\/v1/
 * defaults.go` and the registries' strategies of Kubernetes 1.34). Changes the
 * given copy.
 */
export function applyBuiltinDefaults(object: JsonObject): void {
  const defaulter = DEFAULTERS[`${object.apiVersion}/${object.kind}`];
  defaulter?.(object);
}
