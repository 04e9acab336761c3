import { schemaOf, type SchemaNode } from '@backstage-gitops/kubernetes-schema';
import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type KubernetesObject,
} from '@backstage-gitops/kubernetes-yaml';
import { InvalidReferenceError } from '../errors/errors';
import { cloneObject } from '../object/cloneObject';
import { groupOf, isSecret } from '../object/metadata';
import { subjectOf } from '../object/subject';
import { checkIdentity } from './checkSet';

// What the server alone sets; an apply that names them is refused or lies.
const SERVER_FIELDS = [
  'creationTimestamp',
  'generation',
  'managedFields',
  'resourceVersion',
  'selfLink',
  'uid',
] as const;

/**
 * Labels and annotations for every object of a set.
 *
 * @public
 */
export interface CommonMetadata {
  labels?: Readonly<Record<string, string>>;
  annotations?: Readonly<Record<string, string>>;
}

/**
 * The object as it is sent: what the server sets is left out, a Secret's
 * `stringData` is merged into `data`, keys of lists have the values that the
 * server would assume (a port's protocol). Gives a copy.
 *
 * Source: fluxcd/pkg ssa `normalize`, Flux 2.9; the defaults of list keys are
 * those of Kubernetes' schema for every list, not of ports alone.
 */
export function normalise(
  object: KubernetesObject,
  options: {
    ownerLabels?: Readonly<Record<string, string>>;
    commonMetadata?: CommonMetadata;
  } = {},
): KubernetesObject {
  const copy = cloneObject(object);
  checkIdentity(copy);
  checkDecrypted(copy);
  for (const field of SERVER_FIELDS) delete copy.metadata[field];
  delete copy.status;
  removeNullTimestamps(copy);
  if (isSecret(copy)) mergeStringData(copy);
  const schema = schemaOf(copy.apiVersion, copy.kind);
  if (schema) setKeyDefaults(copy as JsonObject, schema);
  if (copy.kind === 'CustomResourceDefinition') dropInvalidCaBundle(copy);
  const { labels, annotations } = options.commonMetadata ?? {};
  const allLabels = { ...labels, ...options.ownerLabels };
  if (Object.keys(allLabels).length > 0) {
    copy.metadata.labels = { ...copy.metadata.labels, ...allLabels };
  }
  if (annotations && Object.keys(annotations).length > 0) {
    copy.metadata.annotations = {
      ...copy.metadata.annotations,
      ...annotations,
    };
  }
  return copy;
}

function checkDecrypted(object: KubernetesObject): void {
  if (isSecret(object) && isJsonObject(object.sops) && object.sops.mac) {
    throw new InvalidReferenceError(
      `${subjectOf(object)} is SOPS encrypted, configuring decryption is required for this secret to be reconciled`,
    );
  }
}

/** Templates of typed clients write `creationTimestamp: null`. */
function removeNullTimestamps(value: unknown): void {
  if (Array.isArray(value)) {
    value.forEach(removeNullTimestamps);
  } else if (isJsonObject(value)) {
    if (
      isJsonObject(value.metadata) &&
      value.metadata.creationTimestamp === null
    ) {
      delete value.metadata.creationTimestamp;
    }
    Object.values(value).forEach(removeNullTimestamps);
  }
}

function mergeStringData(secret: KubernetesObject): void {
  const { stringData, data } = secret;
  delete secret.stringData;
  if (!isJsonObject(stringData) || Object.keys(stringData).length === 0) return;
  const merged: JsonObject = isJsonObject(data) ? data : {};
  for (const [key, value] of Object.entries(stringData)) {
    merged[key] = Buffer.from(String(value ?? ''), 'utf8').toString('base64');
  }
  secret.data = merged;
}

function setKeyDefaults(value: JsonValue, schema: SchemaNode): void {
  if (Array.isArray(value)) {
    const { element, listMapKeys = [] } = schema;
    if (!element) return;
    for (const item of value) {
      for (const key of isJsonObject(item) ? listMapKeys : []) {
        const byDefault = element.field(key)?.default;
        const target = item as JsonObject;
        if (byDefault !== undefined && target[key] === undefined) {
          target[key] = byDefault;
        }
      }
      setKeyDefaults(item, element);
    }
  } else if (isJsonObject(value)) {
    for (const [key, child] of Object.entries(value)) {
      const childSchema = schema.field(key);
      if (childSchema) setKeyDefaults(child, childSchema);
    }
  }
}

/** A placeholder there makes the API server refuse the whole definition. */
function dropInvalidCaBundle(crd: KubernetesObject): void {
  if (groupOf(crd.apiVersion) !== 'apiextensions.k8s.io') return;
  let node: JsonValue | undefined = crd.spec as JsonValue;
  for (const key of ['conversion', 'webhook', 'clientConfig']) {
    node = isJsonObject(node) ? node[key] : undefined;
  }
  if (!isJsonObject(node) || typeof node.caBundle !== 'string') return;
  const text = Buffer.from(node.caBundle, 'base64').toString('latin1');
  if (
    !/-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----/.test(text)
  ) {
    delete node.caBundle;
  }
}
