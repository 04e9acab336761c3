import type { SchemaNode } from '@backstage-gitops/kubernetes-schema';
import { ApiError, badRequest } from '../api/apiError';
import type { JsonObject, JsonValue } from '../json/value';
import { asObject, clone, isNumeric, isObject } from '../json/value';
import { applyBuiltinDefaults } from '../kinds/builtinDefaults';
import { pruneUnknownFields } from '../kinds/prune';
import { apiVersionOf } from '../kinds/resource';
import { declaringType, writeEmptyAsGo } from '../protobuf/decode';
import { applySchemaDefaults } from '../kinds/schemaDefaults';
import { readBytes } from './base64';
import type { Target, WriteOptions } from './writeRequest';

/** 400 for an object that does not have the form of its kind. */
export class DecodeError extends ApiError {
  constructor(
    { resource, version }: Target,
    readonly problem: string,
  ) {
    super({
      code: 400,
      reason: 'BadRequest',
      message: `${resource.kind} in version "${version.name}" cannot be handled as a ${resource.kind}: ${problem}`,
    });
    this.name = 'DecodeError';
  }
}

/**
 * Brings an object that a client sent to the form the kind has: checks its
 * types, takes out unknown fields (or fails, as `fieldValidation` says), fills
 * in defaults.
 *
 * @throws ApiError 400
 */
export function decodeObject(
  target: Target,
  sent: JsonObject,
  options: Pick<WriteOptions, 'fieldValidation' | 'warn'>,
): JsonObject {
  const { version } = target;
  checkKind(target, sent);
  if (version.node) {
    const problem = typeProblem(version.node, sent, path =>
      goFieldName(target, path),
    );
    if (problem) throw new DecodeError(target, problem);
    const illegal = readBytes(sent);
    if (illegal) throw new DecodeError(target, illegal);
  }
  const { object: pruned, unknown } = pruneUnknownFields(version, sent);
  if (unknown.length > 0) reportUnknown(target, unknown, options);
  return withDefaults(target, pruned);
}

/** Fills in the defaults of a kind, on a copy. */
export function withDefaults(
  target: Pick<Target, 'version'>,
  object: JsonObject,
): JsonObject {
  const copy = cleanMetadata(clone(object));
  if (target.version.schema) {
    return applySchemaDefaults(target.version.schema, copy);
  }
  applyBuiltinDefaults(copy);
  writeEmptyAsGo(copy);
  return copy;
}

function checkKind({ resource, version }: Target, sent: JsonObject): void {
  const apiVersion = apiVersionOf(resource.group, version.name);
  if (sent.kind === undefined || sent.apiVersion === undefined) {
    sent.kind ??= resource.kind;
    sent.apiVersion ??= apiVersion;
  }
  if (sent.apiVersion !== apiVersion) {
    throw badRequest(
      `the API version in the data (${String(sent.apiVersion)}) does not match the expected API version (${apiVersion})`,
    );
  }
  if (sent.kind !== resource.kind) {
    throw badRequest(
      `${String(sent.kind)} in version "${version.name}" cannot be handled as a ${resource.kind}: the kind of the object is not that of the resource`,
    );
  }
}

function reportUnknown(
  target: Target,
  unknown: string[],
  options: Pick<WriteOptions, 'fieldValidation' | 'warn'>,
): void {
  const messages = unknown.map(
    field => `unknown field ${JSON.stringify(field)}`,
  );
  if (options.fieldValidation === 'Warn') {
    for (const message of messages) options.warn(message);
  }
  if (options.fieldValidation === 'Strict') {
    throw new DecodeError(
      target,
      `strict decoding error: ${messages.join(', ')}`,
    );
  }
}

/** Empty metadata members are not kept, as the typed form does not keep them. */
function cleanMetadata(object: JsonObject): JsonObject {
  const metadata = asObject(object.metadata);
  for (const [name, value] of Object.entries(metadata)) {
    const isEmpty =
      value === null ||
      value === '' ||
      (Array.isArray(value) &&
        value.length === 0 &&
        name !== 'managedFields') ||
      (isObject(value) && Object.keys(value).length === 0);
    if (isEmpty) delete metadata[name];
  }
  delete metadata.selfLink;
  return { ...object, metadata };
}

const GO_TYPES: Record<string, string> = {
  string: 'string',
  integer: 'int32',
  number: 'float64',
  boolean: 'bool',
};

/** Why a value does not fit a type, as Go's JSON decoder says it. */
function typeProblem(
  node: SchemaNode,
  value: JsonValue | undefined,
  nameOf: (path: string[]) => string,
  path: string[] = [],
): string | undefined {
  if (value === undefined || value === null) return undefined;
  const expected = expectation(node);
  if (expected && !expected.fits(value)) {
    return `json: cannot unmarshal ${jsonType(value)} into Go struct field ${nameOf(path)} of type ${expected.name}`;
  }
  if (node.type === 'list' && Array.isArray(value) && node.element) {
    for (const item of value) {
      const problem = typeProblem(node.element, item, nameOf, path);
      if (problem) return problem;
    }
  }
  if ((node.type === 'object' || node.type === 'map') && isObject(value)) {
    for (const [name, entry] of Object.entries(value)) {
      const type = node.field(name);
      const entryPath = node.type === 'map' ? path : [...path, name];
      const problem = type && typeProblem(type, entry, nameOf, entryPath);
      if (problem) return problem;
    }
  }
  return undefined;
}

/** A field as Go's decoder names it: the type that declares it, then its path. */
function goFieldName({ resource, version }: Target, path: string[]): string {
  const declaring = declaringType(
    apiVersionOf(resource.group, version.name),
    resource.kind,
    path,
  );
  return [declaring, ...path].join('.');
}

function expectation(
  node: SchemaNode,
): { name: string; fits(value: JsonValue): boolean } | undefined {
  switch (node.type) {
    case 'list':
      return { name: `[]${goName(node.element)}`, fits: Array.isArray };
    case 'map':
      return { name: `map[string]${goName(node.element)}`, fits: isObject };
    case 'object':
      return { name: 'object', fits: isObject };
    case 'scalar':
      return scalarExpectation(node);
    default:
      return undefined;
  }
}

function scalarExpectation(
  node: SchemaNode,
): { name: string; fits(value: JsonValue): boolean } | undefined {
  const name = GO_TYPES[node.scalar ?? ''];
  if (!name) return undefined;
  return {
    name,
    fits: value => {
      switch (node.scalar) {
        case 'string':
          return typeof value === 'string';
        case 'boolean':
          return typeof value === 'boolean';
        case 'integer':
          return (
            typeof value === 'bigint' ||
            (typeof value === 'number' && Number.isInteger(value))
          );
        default:
          return isNumeric(value);
      }
    },
  };
}

function goName(node: SchemaNode | undefined): string {
  return GO_TYPES[node?.scalar ?? ''] ?? 'interface {}';
}

function jsonType(value: JsonValue): string {
  if (typeof value === 'boolean') return 'bool';
  if (isNumeric(value)) return 'number';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}
