import type { JsonObject } from '../json/value';
import { asObject } from '../json/value';
import { ApiError } from './apiError';

/** In which form a client wants objects. */
export interface Representation {
  form: 'object' | 'table' | 'partial';
  /** Of the Table and PartialObjectMetadata kinds. */
  version: string;
}

const META_GROUP = 'meta.k8s.io';

const TYPES = [
  'application/json',
  'application/yaml',
  'application/*',
  '*/*',
  '',
];

/**
 * Reads the `Accept` header: the first form in it that the API can give.
 *
 * @throws ApiError 406
 */
export function readRepresentation(accept: string): Representation {
  for (const clause of accept.split(',')) {
    const [type, ...rest] = clause.split(';').map(part => part.trim());
    if (!TYPES.includes(type)) continue;
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
  throw new ApiError({
    code: 406,
    reason: 'NotAcceptable',
    message:
      'only the following media types are accepted: application/json, application/yaml',
  });
}

/** Whether the first acceptable form is YAML. */
export function wantsYaml(accept: string): boolean {
  const first = accept
    .split(',')
    .map(clause => clause.split(';')[0].trim())
    .find(type => TYPES.includes(type));
  return first === 'application/yaml';
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
