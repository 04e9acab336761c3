import type { JsonObject } from '../json/value';
import { asObject } from '../json/value';

/** In which form a client wants objects. */
export interface Representation {
  form: 'object' | 'table' | 'partial';
  /** Of the Table and PartialObjectMetadata kinds. */
  version: string;
}

const META_GROUP = 'meta.k8s.io';

/** Reads the `Accept` header: the first form in it that the API can give. */
export function readRepresentation(accept: string): Representation {
  for (const clause of accept.split(',')) {
    const [type, ...rest] = clause.split(';').map(part => part.trim());
    if (!['application/json', 'application/*', '*/*', ''].includes(type)) {
      continue;
    }
    const parameters = new Map(
      rest.map(part => part.split('=') as [string, string]),
    );
    const as = parameters.get('as');
    const version = parameters.get('v') ?? 'v1';
    if (as === undefined) return { form: 'object', version: 'v1' };
    if (parameters.get('g') !== META_GROUP) continue;
    if (as === 'Table') return { form: 'table', version };
    if (as.startsWith('PartialObjectMetadata')) {
      return { form: 'partial', version };
    }
  }
  return { form: 'object', version: 'v1' };
}

/** An object's metadata alone. */
export function partialObject(object: JsonObject, version: string): JsonObject {
  return {
    kind: 'PartialObjectMetadata',
    apiVersion: `${META_GROUP}/${version}`,
    metadata: asObject(object.metadata),
  };
}

/** Metadata of several objects. */
export function partialList(
  objects: JsonObject[],
  metadata: JsonObject,
  version: string,
): JsonObject {
  return {
    kind: 'PartialObjectMetadataList',
    apiVersion: `${META_GROUP}/${version}`,
    metadata,
    items: objects.map(object => partialObject(object, version)),
  };
}
