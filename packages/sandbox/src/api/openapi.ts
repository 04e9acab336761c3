import { createHash } from 'node:crypto';
import type { JsonObject } from '../json/value';
import { asObject } from '../json/value';
import type { KindRegistry } from '../kinds/registry';
import type { Resource, ResourceVersion } from '../kinds/resource';
import { noSuchPath } from './apiError';
import type { Discovery } from './discovery';

/**
 * `/openapi/v3` as far as clients need it to learn that the API validates
 * fields and knows dry runs: paths and parameters, and the schemas of custom
 * resources. Types of built-in kinds are not described.
 */
export class OpenApi {
  constructor(
    private readonly registry: KindRegistry,
    private readonly discovery: Discovery,
  ) {}

  /** The index of all documents. */
  index(): JsonObject {
    const paths: JsonObject = {};
    for (const group of this.discovery.groups()) {
      for (const version of this.discovery.versionsOf(group)) {
        const path = group ? `apis/${group}/${version}` : `api/${version}`;
        const hash = createHash('sha256')
          .update(`${path} ${this.registry.generation}`)
          .digest('hex')
          .toUpperCase();
        paths[path] = {
          serverRelativeURL: `/openapi/v3/${path}?hash=${hash}`,
        };
      }
    }
    return { paths };
  }

  /** The document of one group and version. */
  document(path: string): JsonObject {
    const [root, ...rest] = path.split('/');
    const [group, version] = root === 'api' ? ['', rest[0]] : rest;
    const entries = this.discovery.resourcesOf(group, version);
    if (entries.length === 0) throw noSuchPath();
    const paths: JsonObject = {};
    const schemas: JsonObject = {};
    for (const { resource, served } of entries) {
      describe(resource, served, paths, schemas);
    }
    return {
      openapi: '3.0.0',
      info: { title: 'Kubernetes', version: 'unversioned' },
      paths,
      components: { schemas },
    };
  }
}

const WRITE_PARAMETERS = ['dryRun', 'fieldManager', 'fieldValidation'].map(
  name => ({
    name,
    in: 'query',
    schema: { type: 'string', uniqueItems: true },
  }),
);

function describe(
  resource: Resource,
  served: ResourceVersion,
  paths: JsonObject,
  schemas: JsonObject,
): void {
  const { group } = resource;
  const kind = { group, version: served.name, kind: resource.kind };
  const root = group ? `/apis/${group}` : '/api';
  const scope = resource.namespaced ? '/namespaces/{namespace}' : '';
  const collection = `${root}/${served.name}${scope}/${resource.plural}`;
  const operation = (action: string, isWrite: boolean): JsonObject => ({
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': kind,
    ...(isWrite ? { parameters: WRITE_PARAMETERS } : {}),
    responses: { '200': { description: 'OK' } },
  });
  paths[collection] = {
    get: operation('list', false),
    post: operation('post', true),
    delete: operation('deletecollection', true),
  };
  paths[`${collection}/{name}`] = {
    get: operation('get', false),
    put: operation('put', true),
    patch: operation('patch', true),
    delete: operation('delete', true),
  };
  if (!served.schema) return;
  const name = [...group.split('.').reverse(), served.name, resource.kind];
  const schema: JsonObject = { ...served.schema } as object as JsonObject;
  schemas[name.join('.')] = {
    ...schema,
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      ...asObject(schema.properties),
    },
    'x-kubernetes-group-version-kind': [kind],
  };
}
