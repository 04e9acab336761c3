import type { SchemaNode } from '@backstage-gitops/kubernetes-schema';
import type { JsonObject } from '../json/value';
import type { FieldType } from '../managed-fields/fieldType';
import type { JsonSchema } from './jsonSchema';

/** A column that `kubectl get` shows. */
export interface PrinterColumn {
  name: string;
  type: string;
  jsonPath: string;
  format?: string;
  description?: string;
  priority?: number;
}

/** Where a kind keeps what the scale subresource shows. */
export interface ScalePaths {
  specReplicasPath: string;
  statusReplicasPath: string;
  labelSelectorPath?: string;
}

/** One served version of a resource. */
export interface ResourceVersion {
  name: string;
  served: boolean;
  deprecated: boolean;
  deprecationWarning?: string;
  /** How objects of this version merge. */
  type: FieldType;
  /** The type of a built-in kind. */
  node?: SchemaNode;
  /** The schema of a custom resource. */
  schema?: JsonSchema;
  printerColumns?: PrinterColumn[];
  selectableFields: string[];
  /** Names of subresources, `status` and `scale` among them. */
  subresources: string[];
  scale?: ScalePaths;
}

/** A resource of the API: a built-in kind or a custom one. */
export interface Resource {
  group: string;
  plural: string;
  singular: string;
  kind: string;
  listKind: string;
  shortNames: string[];
  categories: string[];
  namespaced: boolean;
  verbs: string[];
  versions: ResourceVersion[];
  /** The version in which objects are stored. */
  storageVersion: string;
  /** Where objects are stored; two resources may share it, as the two Event APIs do. */
  storage: string;
  /** The `apiVersion` of stored objects where it is not the group's own storage version. */
  storedAs?: string;
  /** Whether a CustomResourceDefinition made it. */
  custom: boolean;
  /** Changes the shape of an object between versions; by default only `apiVersion` changes. */
  convert?(object: JsonObject, apiVersion: string): JsonObject;
}

/** `<group>/<version>`, or the version alone in the core group. */
export function apiVersionOf(group: string, version: string): string {
  return group ? `${group}/${version}` : version;
}

/** The `apiVersion` in which objects of a resource are stored. */
export function storedApiVersion(resource: Resource): string {
  return (
    resource.storedAs ?? apiVersionOf(resource.group, resource.storageVersion)
  );
}

/** Splits an `apiVersion`. */
export function splitApiVersion(apiVersion: string): {
  group: string;
  version: string;
} {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : {
        group: apiVersion.slice(0, slash),
        version: apiVersion.slice(slash + 1),
      };
}

/** A version of a resource by name. */
export function versionOf(
  resource: Resource,
  version: string,
): ResourceVersion | undefined {
  return resource.versions.find(({ name }) => name === version);
}

/** An object of a resource in another version. */
export function inVersion(
  resource: Resource,
  object: JsonObject,
  apiVersion: string,
): JsonObject {
  if (object.apiVersion === apiVersion) return object;
  return resource.convert
    ? resource.convert(object, apiVersion)
    : { ...object, apiVersion };
}

/** Whether a resource has a subresource in a version. */
export function hasSubresource(
  version: ResourceVersion | undefined,
  name: string,
): boolean {
  return version?.subresources.includes(name) ?? false;
}
