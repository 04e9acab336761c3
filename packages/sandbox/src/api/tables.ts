import type { JsonObject, JsonValue } from '../json/value';
import { asObject, asString, at } from '../json/value';
import type { Resource, ResourceVersion } from '../kinds/resource';
import { age } from './age';
import { BUILTIN_COLUMNS } from './builtinColumns';
import type { Column } from './column';
import { evaluateJsonPath } from './jsonPath';
import { partialObject } from './representation';

/** Options of {@link renderTable}. */
export interface TableOptions {
  resource: Resource;
  version: ResourceVersion;
  objects: JsonObject[];
  metadata: JsonObject;
  /** What each row carries of its object (`includeObject`). */
  include: 'None' | 'Metadata' | 'Object';
  /** Watches send the columns once. */
  headers: boolean;
  tableVersion: string;
  now: Date;
}

const NAME: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'The name of the object, unique in its namespace.',
  value: object => asString(at(object, 'metadata', 'name')) ?? '',
};

const AGE: Column = {
  name: 'Age',
  type: 'date',
  value: (object, now) =>
    age(at(object, 'metadata', 'creationTimestamp') ?? '', now),
};

// Kinds without columns of their own show the time itself.
const CREATED_AT: Column = {
  name: 'Created At',
  type: 'date',
  value: object => asString(at(object, 'metadata', 'creationTimestamp')) ?? '',
};

/** A `Table` (`meta.k8s.io/v1`) of objects, as `kubectl get` shows them. */
export function renderTable(options: TableOptions): JsonObject {
  const columns = columnsOf(options.resource, options.version);
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${options.tableVersion}`,
    metadata: options.metadata,
    columnDefinitions: options.headers
      ? columns.map(column => ({
          name: column.name,
          type: column.type,
          format: column.format ?? '',
          description: column.description ?? '',
          priority: column.priority ?? 0,
        }))
      : null,
    rows: options.objects.map(object => ({
      cells: columns.map(column => column.value(object, options.now)),
      object: rowObject(options, object),
    })),
  };
}

function rowObject(
  { include, tableVersion }: TableOptions,
  object: JsonObject,
): JsonValue {
  if (include === 'None') return null;
  return include === 'Object' ? object : partialObject(object, tableVersion);
}

function columnsOf(resource: Resource, version: ResourceVersion): Column[] {
  if (!resource.custom) {
    const columns = BUILTIN_COLUMNS[`${resource.group}/${resource.kind}`];
    return [NAME, ...(columns ?? [CREATED_AT])];
  }
  if (!version.printerColumns) return [NAME, AGE];
  return [
    NAME,
    ...version.printerColumns.map((column): Column => ({
      name: column.name,
      type: column.type,
      format: column.format,
      description: column.description,
      priority: column.priority,
      value: (object, now) =>
        cell(column.type, evaluateJsonPath(column.jsonPath, object), now),
    })),
  ];
}

function cell(type: string, found: JsonValue[], now: Date): JsonValue {
  if (found.length === 0) return null;
  const value = found[0];
  switch (type) {
    case 'date':
      return age(value, now);
    case 'string':
      return found
        .map(item =>
          typeof item === 'object'
            ? JSON.stringify(asObject(item))
            : String(item),
        )
        .join(',');
    default:
      return value;
  }
}
