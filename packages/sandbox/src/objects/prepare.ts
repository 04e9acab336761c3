import type { JsonObject, JsonValue } from '../json/value';
import {
  asArray,
  asObject,
  ensureObject,
  equal,
  isObject,
} from '../json/value';
import { applySchemaDefaults } from '../kinds/schemaDefaults';
import { hasSubresource } from '../kinds/resource';
import { initialStatus, tracksGeneration } from './statusFields';
import type { Target } from './writeRequest';

/** A new object as it is stored: identity, generation, initial status. */
export function prepareCreate(
  { resource, version, namespace, name }: Target,
  object: JsonObject,
  identity: { uid: string; now: string },
): JsonObject {
  const metadata: JsonObject = {
    ...asObject(object.metadata),
    name,
    uid: identity.uid,
    creationTimestamp: identity.now,
  };
  delete metadata.resourceVersion;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete metadata.generation;
  if (resource.namespaced) metadata.namespace = namespace;
  else delete metadata.namespace;
  if (tracksGeneration(resource)) metadata.generation = 1;
  const result: JsonObject = { ...object, metadata };
  if (resource.kind === 'Namespace' && !resource.custom) {
    result.spec = { ...asObject(result.spec), finalizers: ['kubernetes'] };
  }
  if (resource.group === '' && resource.kind === 'Pod') admitPod(result);
  if (resource.group === 'batch' && resource.kind === 'Job') {
    selectOwnPods(result, name, identity.uid);
  }
  if (hasSubresource(version, 'status')) {
    delete result.status;
    const status = version.schema
      ? // Nobody has set it, and reading an object fills in defaults.
        applySchemaDefaults(version.schema, result).status
      : initialStatus(resource, version);
    if (status !== undefined) result.status = status;
    if (resource.kind === 'CustomResourceDefinition') {
      ensureObject(result, 'status').storedVersions = storedVersions(result);
    }
  }
  return result;
}

/**
 * An update as it is stored: what the endpoint may not change comes from the
 * live object, and the generation counts changes outside of metadata and
 * status.
 */
export function prepareUpdate(
  target: Target,
  live: JsonObject,
  next: JsonObject,
): JsonObject {
  const merged =
    target.subresource === 'status'
      ? statusUpdate(target, live, next)
      : mainUpdate(target, live, next);
  const liveMeta = asObject(live.metadata);
  const metadata: JsonObject = { ...asObject(merged.metadata) };
  for (const name of [
    'name',
    'namespace',
    'uid',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'generation',
    'generateName',
    'resourceVersion',
  ]) {
    if (liveMeta[name] === undefined) delete metadata[name];
    else metadata[name] = liveMeta[name];
  }
  if (
    tracksGeneration(target.resource) &&
    target.subresource !== 'status' &&
    !equal(countedPart(target, live), countedPart(target, merged))
  ) {
    metadata.generation = Number(liveMeta.generation ?? 0) + 1;
  }
  return { ...merged, metadata };
}

function mainUpdate(
  { version }: Target,
  live: JsonObject,
  next: JsonObject,
): JsonObject {
  if (!hasSubresource(version, 'status')) return next;
  const result: JsonObject = { ...next };
  if (live.status === undefined) delete result.status;
  else result.status = live.status;
  return result;
}

function statusUpdate(
  { resource }: Target,
  live: JsonObject,
  next: JsonObject,
): JsonObject {
  const metadata: JsonObject = { ...asObject(live.metadata) };
  const nextMeta = asObject(next.metadata);
  if (nextMeta.managedFields === undefined) delete metadata.managedFields;
  else metadata.managedFields = nextMeta.managedFields;
  if (!resource.custom) {
    for (const name of ['annotations', 'finalizers', 'ownerReferences']) {
      if (nextMeta[name] === undefined) delete metadata[name];
      else metadata[name] = nextMeta[name];
    }
  }
  const result: JsonObject = { ...live, metadata };
  if (next.status === undefined) delete result.status;
  else result.status = next.status;
  return result;
}

function countedPart({ version }: Target, object: JsonObject): JsonObject {
  const { metadata, apiVersion, kind, ...rest } = object;
  if (hasSubresource(version, 'status')) delete rest.status;
  return rest;
}

function storedVersions(definition: JsonObject): JsonValue[] {
  return asArray(asObject(definition.spec).versions)
    .filter(isObject)
    .filter(({ storage }) => storage === true)
    .map(({ name }) => name ?? '');
}

const EVICTING_TAINTS = ['not-ready', 'unreachable'];

/** What admission plugins set in each pod (`Priority`, `DefaultTolerationSeconds`). */
function admitPod(pod: JsonObject): void {
  const spec: JsonObject = { ...asObject(pod.spec) };
  pod.spec = spec;
  if (!spec.priorityClassName) {
    spec.priority ??= 0;
    spec.preemptionPolicy ??= 'PreemptLowerPriority';
  }
  const tolerations = [...asArray(spec.tolerations)];
  for (const taint of EVICTING_TAINTS) {
    const key = `node.kubernetes.io/${taint}`;
    const isTolerated = tolerations
      .filter(isObject)
      .some(
        entry =>
          (entry.key === key || (!entry.key && entry.operator === 'Exists')) &&
          (!entry.effect || entry.effect === 'NoExecute'),
      );
    if (isTolerated) continue;
    const operator = 'Exists';
    const effect = 'NoExecute';
    tolerations.push({ key, operator, effect, tolerationSeconds: 300 });
  }
  spec.tolerations = tolerations;
}

/** A Job gets a selector of its own, and its pods the labels for it (Kubernetes 1.34, `registry/batch/job`). */
function selectOwnPods(job: JsonObject, name: string, uid: string): void {
  const spec: JsonObject = { ...asObject(job.spec) };
  delete spec.manualSelector;
  job.spec = spec;
  const template = asObject(spec.template);
  const metadata = asObject(template.metadata);
  const labels = {
    ...asObject(metadata.labels),
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  };
  spec.template = { ...template, metadata: { ...metadata, labels } };
  spec.selector ??= {
    matchLabels: { 'batch.kubernetes.io/controller-uid': uid },
  };
  // Jobs without labels take those of their template, as defaulting does.
  const own = asObject(job.metadata);
  if (!own.labels) own.labels = labels;
}
