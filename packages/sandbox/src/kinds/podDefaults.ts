import type { JsonObject } from '../json/value';
import { asArray, asObject, isObject } from '../json/value';

function fill(target: JsonObject, defaults: JsonObject): void {
  for (const [name, value] of Object.entries(defaults)) {
    target[name] ??= value;
  }
}

/** Fills in a pod's defaults (`pkg/apis/core/v1/defaults.go`, Kubernetes 1.34). */
export function defaultPodSpec(spec: JsonObject): void {
  fill(spec, {
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    terminationGracePeriodSeconds: 30,
    securityContext: {},
  });
  if (typeof spec.serviceAccountName === 'string') {
    fill(spec, { serviceAccount: spec.serviceAccountName });
  } else if (typeof spec.serviceAccount === 'string') {
    fill(spec, { serviceAccountName: spec.serviceAccount });
  }
  for (const list of ['containers', 'initContainers']) {
    for (const container of asArray(spec[list]).filter(isObject)) {
      defaultContainer(container);
    }
  }
  for (const volume of asArray(spec.volumes).filter(isObject)) {
    defaultVolume(volume);
  }
}

function defaultContainer(container: JsonObject): void {
  const image = String(container.image ?? '');
  fill(container, {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: pullsAlways(image) ? 'Always' : 'IfNotPresent',
    resources: {},
  });
  for (const port of asArray(container.ports).filter(isObject)) {
    fill(port, { protocol: 'TCP' });
  }
  for (const variable of asArray(container.env).filter(isObject)) {
    const fieldRef = asObject(variable.valueFrom).fieldRef;
    if (isObject(fieldRef)) fill(fieldRef, { apiVersion: 'v1' });
  }
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = container[name];
    if (isObject(probe)) defaultProbe(probe);
  }
}

/** What a pod, though not a template, asks for where it only sets limits. */
export function defaultPodRequests(spec: JsonObject): void {
  for (const list of ['containers', 'initContainers']) {
    for (const container of asArray(spec[list]).filter(isObject)) {
      const resources = asObject(container.resources);
      const limits = asObject(resources.limits);
      if (Object.keys(limits).length === 0) continue;
      resources.requests = { ...limits, ...asObject(resources.requests) };
    }
  }
}

function pullsAlways(image: string): boolean {
  if (image.includes('@')) return false;
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest';
}

function defaultProbe(probe: JsonObject): void {
  fill(probe, {
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  });
  if (isObject(probe.httpGet)) {
    fill(probe.httpGet, { path: '/', scheme: 'HTTP' });
  }
  if (isObject(probe.grpc)) fill(probe.grpc, { service: '' });
}

function defaultVolume(volume: JsonObject): void {
  const sources = Object.keys(volume).filter(name => name !== 'name');
  if (sources.length === 0) volume.emptyDir = {};
  for (const name of ['secret', 'configMap', 'downwardAPI', 'projected']) {
    const source = volume[name];
    if (isObject(source)) fill(source, { defaultMode: 420 });
  }
  if (isObject(volume.hostPath)) fill(volume.hostPath, { type: '' });
}
