import {
  SchemaNode,
  builtinKinds,
  schemaOf,
} from '@backstage-gitops/kubernetes-schema';
import { apiVersionOf } from '../resources/ResourceId';

const RELEASE = { release: '1.21' } as const;
const POD = 'spec.template.spec';
const CONTAINER = `${POD}.containers[]`;

/** Types within kinds that custom resources embed, and where one is found. */
const PARTS: Readonly<Record<string, readonly [string, string, string]>> = {
  'apps.v1.DaemonSetSpec': ['apps/v1', 'DaemonSet', 'spec'],
  'apps.v1.DeploymentSpec': ['apps/v1', 'Deployment', 'spec'],
  'apps.v1.StatefulSetSpec': ['apps/v1', 'StatefulSet', 'spec'],
  'batch.v1.JobSpec': ['batch/v1', 'Job', 'spec'],
  'batch.v1.JobTemplateSpec': ['batch/v1', 'CronJob', 'spec.jobTemplate'],
  'core.v1.PodTemplateSpec': ['apps/v1', 'Deployment', 'spec.template'],
  'core.v1.PodSpec': ['apps/v1', 'Deployment', POD],
  'core.v1.Affinity': ['apps/v1', 'Deployment', `${POD}.affinity`],
  'core.v1.HostAlias': ['apps/v1', 'Deployment', `${POD}.hostAliases[]`],
  'core.v1.LocalObjectReference': [
    'apps/v1',
    'Deployment',
    `${POD}.imagePullSecrets[]`,
  ],
  'core.v1.PodSecurityContext': [
    'apps/v1',
    'Deployment',
    `${POD}.securityContext`,
  ],
  'core.v1.Toleration': ['apps/v1', 'Deployment', `${POD}.tolerations[]`],
  'core.v1.TopologySpreadConstraint': [
    'apps/v1',
    'Deployment',
    `${POD}.topologySpreadConstraints[]`,
  ],
  'core.v1.Volume': ['apps/v1', 'Deployment', `${POD}.volumes[]`],
  'core.v1.Container': ['apps/v1', 'Deployment', CONTAINER],
  'core.v1.ContainerPort': ['apps/v1', 'Deployment', `${CONTAINER}.ports[]`],
  'core.v1.EnvFromSource': ['apps/v1', 'Deployment', `${CONTAINER}.envFrom[]`],
  'core.v1.EnvVar': ['apps/v1', 'Deployment', `${CONTAINER}.env[]`],
  'core.v1.Probe': ['apps/v1', 'Deployment', `${CONTAINER}.livenessProbe`],
  'core.v1.ResourceRequirements': [
    'apps/v1',
    'Deployment',
    `${CONTAINER}.resources`,
  ],
  'core.v1.SecurityContext': [
    'apps/v1',
    'Deployment',
    `${CONTAINER}.securityContext`,
  ],
  'core.v1.VolumeDevice': [
    'apps/v1',
    'Deployment',
    `${CONTAINER}.volumeDevices[]`,
  ],
  'core.v1.VolumeMount': [
    'apps/v1',
    'Deployment',
    `${CONTAINER}.volumeMounts[]`,
  ],
  'core.v1.PersistentVolumeClaimSpec': ['v1', 'PersistentVolumeClaim', 'spec'],
  'core.v1.ServicePort': ['v1', 'Service', 'spec.ports[]'],
  'core.v1.ServiceSpec': ['v1', 'Service', 'spec'],
  'networking.v1.IngressSpec': ['networking.k8s.io/v1', 'Ingress', 'spec'],
};

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.';
const API = 'io.k8s.api.';

/**
 * The built-in type of a definition's name, as far as custom schemas use to
 * refer to them: kinds, their specifications, and what pods are made of.
 */
export function builtInDefinition(name: string): SchemaNode | undefined {
  if (name === `${META}ObjectMeta`) {
    return find('v1', 'ConfigMap', 'metadata');
  }
  if (name === `${META}LabelSelector`) {
    return find('apps/v1', 'Deployment', 'spec.selector');
  }
  if (!name.startsWith(API)) {
    return undefined;
  }
  const short = name.slice(API.length);
  if (Object.hasOwn(PARTS, short)) {
    return find(...PARTS[short]);
  }
  const [groupName, version, kind] = short.split('.');
  for (const info of builtinKinds(RELEASE)) {
    if (
      info.kind === kind &&
      info.version === version &&
      (info.group.split('.')[0] || 'core') === groupName
    ) {
      return find(apiVersionOf(info), kind, '');
    }
  }
  return undefined;
}

function find(
  apiVersion: string,
  kind: string,
  path: string,
): SchemaNode | undefined {
  let node = schemaOf(apiVersion, kind, RELEASE);
  for (const part of path === '' ? [] : path.split('.')) {
    node = node?.field(part.replace('[]', ''));
    node = part.endsWith('[]') ? node?.element : node;
  }
  return node;
}
