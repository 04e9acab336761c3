import type { JsonObject } from '../json/value';
import { asArray, asObject, asString, isObject } from '../json/value';
import type { FieldTypes } from './fieldTypes';
import type { JsonSchema } from './jsonSchema';
import type { PrinterColumn, Resource, ResourceVersion } from './resource';

// In the order in which the API server lists them.
const VERBS = [
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'create',
  'update',
  'watch',
];

/** The resource that a CustomResourceDefinition (`apiextensions.k8s.io/v1`) describes. */
export function customResource(
  definition: JsonObject,
  types: FieldTypes,
): Resource {
  const spec = asObject(definition.spec);
  const names = asObject(spec.names);
  const group = asString(spec.group) ?? '';
  const plural = asString(names.plural) ?? '';
  const kind = asString(names.kind) ?? '';
  const versions = asArray(spec.versions).filter(isObject);
  const stored = versions.find(version => version.storage === true);
  return {
    group,
    plural,
    kind,
    singular: asString(names.singular) ?? kind.toLowerCase(),
    listKind: asString(names.listKind) ?? `${kind}List`,
    shortNames: asArray(names.shortNames).map(String),
    categories: asArray(names.categories).map(String),
    namespaced: spec.scope === 'Namespaced',
    verbs: VERBS,
    versions: versions.map(version => customVersion(version, types)),
    storageVersion: asString((stored ?? versions[0])?.name) ?? '',
    storage: `${group}/${plural}`,
    custom: true,
  };
}

function customVersion(
  version: JsonObject,
  types: FieldTypes,
): ResourceVersion {
  const schema: JsonSchema = isObject(asObject(version.schema).openAPIV3Schema)
    ? (asObject(version.schema).openAPIV3Schema as JsonSchema)
    : { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const subresources = asObject(version.subresources);
  const scale = asObject(subresources.scale);
  return {
    name: asString(version.name) ?? '',
    served: version.served === true,
    deprecated: version.deprecated === true,
    deprecationWarning: asString(version.deprecationWarning),
    schema,
    type: types.ofCustomResource(schema),
    selectableFields: asArray(version.selectableFields)
      .filter(isObject)
      .map(field => (asString(field.jsonPath) ?? '').replace(/^\./, '')),
    printerColumns: printerColumns(version),
    subresources: ['status', 'scale'].filter(
      name => subresources[name] !== undefined,
    ),
    scale: subresources.scale
      ? {
          specReplicasPath: asString(scale.specReplicasPath) ?? '',
          statusReplicasPath: asString(scale.statusReplicasPath) ?? '',
          labelSelectorPath: asString(scale.labelSelectorPath),
        }
      : undefined,
  };
}

function printerColumns(version: JsonObject): PrinterColumn[] | undefined {
  const columns = asArray(version.additionalPrinterColumns).filter(isObject);
  if (columns.length === 0) return undefined;
  return columns.map(column => ({
    name: asString(column.name) ?? '',
    type: asString(column.type) ?? 'string',
    jsonPath: asString(column.jsonPath) ?? '',
    format: asString(column.format),
    description: asString(column.description),
    priority: Number(column.priority ?? 0),
  }));
}
