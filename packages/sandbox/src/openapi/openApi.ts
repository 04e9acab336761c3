import { schemaOf } from '@backstage-gitops/kubernetes-schema';
import { createHash } from 'node:crypto';
import type { JsonObject } from '../json/value';
import { asObject } from '../json/value';
import type { KindRegistry } from '../kinds/registry';
import type { Resource, ResourceVersion } from '../kinds/resource';
import { apiVersionOf } from '../kinds/resource';
import { goTypeOf } from '../protobuf/goTypes';
import { noSuchPath } from '../api/apiError';
import type { Discovery } from '../api/discovery';
import { DESCRIPTIONS } from './descriptions';
import { SchemaWriter } from './schemas';

/**
 * `/openapi/v3`: paths and parameters, the schemas of custom resources as their
 * definitions have them, and the fields of built-in kinds.
 */
export class OpenApi {
  private readonly documents = new Map<
    string,
    { generation: number; document: JsonObject }
  >();

  constructor(
    private readonly registry: KindRegistry,
    private readonly discovery: Discovery,
  ) {}

  /** The index of all documents. */
  index(): JsonObject {
    const paths: JsonObject = {};
    for (const group of this.discovery.groups()) {
      for (const version of this.discovery.versionsOf(group)) {
        if (this.discovery.resourcesOf(group, version).length === 0) continue;
        const path = group ? `apis/${group}/${version}` : `api/${version}`;
        const hash = createHash('sha512')
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

  /** The document of one group and version. @throws ApiError 404 */
  document(path: string): JsonObject {
    const { generation } = this.registry;
    const known = this.documents.get(path);
    if (known?.generation === generation) return known.document;
    const document = this.describe(path);
    this.documents.set(path, { generation, document });
    return document;
  }

  private describe(path: string): JsonObject {
    const [root, ...rest] = path.split('/');
    const [group, version] = root === 'api' ? ['', rest[0]] : rest;
    const entries = this.discovery.resourcesOf(group, version);
    if (entries.length === 0) throw noSuchPath();
    const paths: JsonObject = {};
    const writer = new SchemaWriter(
      `io.k8s.api.${group.split('.')[0] || 'core'}.${version}`,
    );
    const metadata = metadataReference(writer);
    for (const { resource, served } of entries) {
      describePaths(resource, served, paths);
      describeKind(resource, served, writer, metadata);
    }
    return {
      openapi: '3.0.0',
      info: { title: 'Kubernetes', version: 'v1.34.2' },
      paths,
      components: { schemas: writer.schemas },
    };
  }
}

function metadataReference(writer: SchemaWriter): JsonObject {
  const node = schemaOf('v1', 'ConfigMap')?.field('metadata');
  const type = goTypeOf('v1', 'ConfigMap')?.field('metadata');
  return node && type ? writer.reference(node, type) : { type: 'object' };
}

const WRITE_PARAMETERS = ['dryRun', 'fieldManager', 'fieldValidation'].map(
  name => ({
    name,
    in: 'query',
    schema: { type: 'string', uniqueItems: true },
  }),
);

function describePaths(
  resource: Resource,
  served: ResourceVersion,
  paths: JsonObject,
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
}

function describeKind(
  resource: Resource,
  served: ResourceVersion,
  writer: SchemaWriter,
  metadata: JsonObject,
): void {
  const { group, kind } = resource;
  const identity = {
    'x-kubernetes-group-version-kind': [{ group, version: served.name, kind }],
  };
  const description = resource.custom ? undefined : DESCRIPTIONS[kind];
  const parts = group
    ? group.split('.').reverse()
    : ['io', 'k8s', 'api', 'core'];
  const name = [...parts, served.name, kind].join('.');
  if (served.schema) {
    const schema: JsonObject = { ...served.schema } as object as JsonObject;
    writer.schemas[name] = {
      ...schema,
      properties: {
        ...asObject(schema.properties),
        apiVersion: { type: 'string' },
        kind: { type: 'string' },
        metadata: { allOf: [metadata] },
      },
      ...identity,
    };
  } else if (served.node) {
    const type = goTypeOf(apiVersionOf(group, served.name), kind);
    writer.schemas[name] = {
      ...(description ? { description } : {}),
      ...writer.object(served.node, type),
      ...identity,
    };
  }
}
