import {
  getOwn,
  isJsonObject,
  JsonObject,
  JsonValue,
  parseJson,
} from '@backstage-gitops/kubernetes-yaml';
import { RE2JS } from 're2js';
import { Draft, draftOf, Shape, shapeOf } from './drafts';
import { SchemaError } from './SchemaError';

const REFERENCES: ReadonlySet<string> = new Set([
  '$ref',
  '$recursiveRef',
  '$dynamicRef',
]);

/** A schema with an identity of its own, and what can be referred to in it. */
export interface Resource {
  readonly url: string;
  readonly draft: Draft;
  readonly root: JsonValue;
  readonly anchors: Map<string, JsonObject>;
  readonly dynamicAnchors: Set<string>;
}

const ROOT_URL = 'file:///values.schema.json';
const MAX_DEPTH = 300;
const TYPES: ReadonlySet<unknown> = new Set([
  'null',
  'boolean',
  'number',
  'integer',
  'string',
  'array',
  'object',
]);

/**
 * A values.schema.json, checked, with its references. Nothing outside of it is
 * ever read.
 */
export class SchemaDocument {
  readonly root: JsonValue;
  private readonly resources = new Map<string, Resource>();
  private readonly owners = new Map<JsonObject, Resource>();
  private readonly locations = new Map<JsonObject, string>();
  private readonly patterns = new Map<string, RE2JS>();
  /** What was resolved, by the schema that refers and by its text. */
  private readonly targets = new Map<JsonObject, Map<string, JsonValue>>();

  /** @throws SchemaError `invalid-schema`, `remote-ref`, `limit` */
  constructor(text: string) {
    try {
      this.root = parseJson(text);
    } catch (error) {
      throw invalid(`it is no JSON: ${(error as Error).message}`, error);
    }
    this.register(this.root, undefined, '', 0);
    this.checkReferences();
  }

  resourceOf(schema: JsonObject): Resource {
    return this.owners.get(schema)!;
  }

  /** Where a schema stands in the document, as a JSON pointer. */
  locationOf(schema: JsonObject): string {
    return this.locations.get(schema) ?? '';
  }

  /** A regular expression in Go's syntax, which takes linear time. */
  pattern(source: string): RE2JS {
    let compiled = this.patterns.get(source);
    if (!compiled) {
      try {
        compiled = RE2JS.compile(source);
      } catch (error) {
        throw invalid(
          `${JSON.stringify(source.slice(0, 200))} is not valid regex: ${(error as Error).message}`,
          error,
        );
      }
      this.patterns.set(source, compiled);
    }
    return compiled;
  }

  /**
   * What a reference in a schema leads to; `true` for `urn:`, which Helm lets
   * pass.
   */
  resolve(reference: string, from: JsonObject): JsonValue {
    const known = this.targets.get(from) ?? new Map<string, JsonValue>();
    this.targets.set(from, known);
    let target = known.get(reference);
    if (target === undefined) {
      target = this.find(reference, from);
      known.set(reference, target);
    }
    return target;
  }

  private find(reference: string, from: JsonObject): JsonValue {
    const [path, fragment = ''] = splitFragment(reference);
    const url = path === '' ? this.resourceOf(from).url : this.join(path, from);
    const resource = this.resources.get(url);
    if (!resource) {
      if (url.startsWith('urn:')) {
        return true;
      }
      throw new SchemaError(
        'remote-ref',
        `the schema refers to ${JSON.stringify(reference.slice(0, 200))}; only references within values.schema.json are followed`,
      );
    }
    const target =
      fragment === '' || fragment.startsWith('/')
        ? lookUp(resource.root, fragment)
        : resource.anchors.get(fragment);
    if (target === undefined) {
      throw invalid(`${JSON.stringify(reference.slice(0, 200))} is not found`);
    }
    if (isJsonObject(target) && !this.owners.has(target)) {
      // Below a keyword that has no meaning, and so not looked at before.
      this.register(target, resource, fragment, 0);
    }
    return target;
  }

  private join(path: string, from: JsonObject): string {
    try {
      return new URL(path, this.resourceOf(from).url).href;
    } catch (error) {
      throw invalid(
        `${JSON.stringify(path.slice(0, 200))} is no reference`,
        error,
      );
    }
  }

  private register(
    schema: JsonValue,
    parent: Resource | undefined,
    location: string,
    depth: number,
  ): void {
    if (typeof schema === 'boolean' && (!parent || parent.draft > 4)) {
      return;
    }
    if (!isJsonObject(schema)) {
      throw invalid(
        `at '${location}': a schema must be an object or a boolean`,
      );
    }
    if (depth > MAX_DEPTH) {
      throw new SchemaError(
        'limit',
        `the schema is nested more than ${MAX_DEPTH} levels deep`,
      );
    }
    const resource = this.resourceFor(schema, parent);
    this.owners.set(schema, resource);
    this.locations.set(schema, location);
    const { draft } = resource;
    // Until 2019, what stood beside a reference had no meaning.
    const alone = draft < 2019 && typeof getOwn(schema, '$ref') === 'string';
    for (const key of Object.keys(schema)) {
      const shape = shapeOf(key, draft);
      if (shape && (!alone || shape.startsWith('schema'))) {
        const at = `${location}/${key}`;
        this.check(shape, schema[key], at);
        this.registerWithin(shape, schema[key], resource, at, depth);
      }
    }
    if (!alone) {
      addAnchors(schema, resource);
    }
    for (const limit of ['Minimum', 'Maximum']) {
      const flag = `exclusive${limit}`;
      const has = (key: string) => getOwn(schema, key) !== undefined;
      if (draft === 4 && has(flag) && !has(limit.toLowerCase())) {
        throw invalid(
          `at '${location}': ${flag} needs a ${limit.toLowerCase()}`,
        );
      }
    }
  }

  private resourceFor(
    schema: JsonObject,
    parent: Resource | undefined,
  ): Resource {
    const named = getOwn(schema, '$schema');
    const draft =
      typeof named === 'string' ? draftOf(named) : (parent?.draft ?? 2020);
    if (!draft) {
      throw new SchemaError(
        'remote-ref',
        `$schema ${JSON.stringify(String(named).slice(0, 200))} is not known; drafts 4 to 2020-12 are`,
      );
    }
    const id = getOwn(schema, draft === 4 ? 'id' : '$id');
    const path = typeof id === 'string' ? splitFragment(id)[0] : '';
    if (parent && path === '') {
      return parent;
    }
    const base = parent?.url ?? ROOT_URL;
    const resource: Resource = {
      url: path === '' ? base : (URL.parse(path, base)?.href ?? base),
      draft,
      root: schema,
      anchors: new Map(),
      dynamicAnchors: new Set(),
    };
    this.resources.set(resource.url, resource);
    if (!parent) {
      this.resources.set(ROOT_URL, resource);
    }
    return resource;
  }

  private registerWithin(
    shape: Shape,
    value: JsonValue,
    resource: Resource,
    at: string,
    depth: number,
  ): void {
    const add = (schema: JsonValue, key = '') =>
      this.register(schema, resource, `${at}${key}`, depth + 1);
    switch (shape) {
      case 'schema':
        // Draft 4 has booleans in two places only.
        if (typeof value !== 'boolean') {
          add(value);
        }
        break;
      case 'schemas':
        (value as JsonValue[]).forEach((item, i) => add(item, `/${i}`));
        break;
      case 'schema-or-list':
        if (Array.isArray(value)) {
          value.forEach((item, i) => add(item, `/${i}`));
        } else {
          add(value);
        }
        break;
      case 'schema-map':
      case 'dependencies':
        for (const key of Object.keys(value as JsonObject)) {
          const item = (value as JsonObject)[key];
          if (shape === 'schema-map' || !Array.isArray(item)) {
            add(item, `/${key}`);
          }
        }
        break;
      default:
    }
  }

  private check(shape: Shape, value: JsonValue, at: string): void {
    const problem = problemOf(shape, value);
    if (problem) {
      throw invalid(`at '${at}': it must be ${problem}`);
    }
    if (shape === 'pattern') {
      this.pattern(value as string);
    }
    if (at.endsWith('/patternProperties')) {
      Object.keys(value as JsonObject).forEach(key => this.pattern(key));
    }
  }

  /** A bad reference is found wherever a value could lead to it. */
  private checkReferences(): void {
    const reached = new Set<JsonValue>([this.root]);
    for (const schema of reached) {
      if (!isJsonObject(schema)) {
        continue;
      }
      const { draft } = this.resourceOf(schema);
      for (const key of Object.keys(schema)) {
        const shape = shapeOf(key, draft);
        if (REFERENCES.has(key) && shape) {
          reached.add(this.resolve(schema[key] as string, schema));
        } else if (shape && isReachable(key, schema, draft)) {
          schemasIn(shape, schema[key]).forEach(inner => reached.add(inner));
        }
      }
    }
  }
}

/** Some keywords have no meaning without another one. */
function isReachable(key: string, schema: JsonObject, draft: Draft): boolean {
  if (draft < 2019 && typeof getOwn(schema, '$ref') === 'string') {
    return false;
  }
  switch (key) {
    case 'definitions':
    case '$defs':
      return false;
    case 'then':
    case 'else':
      return getOwn(schema, 'if') !== undefined;
    case 'additionalItems':
      return Array.isArray(getOwn(schema, 'items'));
    default:
      return true;
  }
}

function schemasIn(shape: Shape, value: JsonValue): JsonValue[] {
  switch (shape) {
    case 'schema':
      return [value];
    case 'schemas':
      return value as JsonValue[];
    case 'schema-or-list':
      return Array.isArray(value) ? value : [value];
    case 'schema-map':
    case 'dependencies':
      return Object.values(value as JsonObject);
    default:
      return [];
  }
}

function addAnchors(schema: JsonObject, { draft, ...resource }: Resource) {
  const id = getOwn(schema, draft === 4 ? 'id' : '$id');
  const names =
    draft < 2019
      ? [typeof id === 'string' ? splitFragment(id)[1] : undefined]
      : [getOwn(schema, '$anchor'), getOwn(schema, '$dynamicAnchor')];
  for (const name of names) {
    if (typeof name === 'string' && name !== '' && !name.startsWith('/')) {
      resource.anchors.set(name, schema);
    }
  }
  const dynamic = getOwn(schema, '$dynamicAnchor');
  if (draft === 2020 && typeof dynamic === 'string') {
    resource.dynamicAnchors.add(dynamic);
  }
}

/** What a keyword must hold, where it does not. */
function problemOf(shape: Shape, value: JsonValue): string | undefined {
  const isStrings = (list: JsonValue) =>
    Array.isArray(list) && list.every(item => typeof item === 'string');
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  const when = (holds: boolean, text: string) => (holds ? undefined : text);
  switch (shape) {
    case 'schemas':
      return when(
        Array.isArray(value) && value.length > 0,
        'a list of schemas that is not empty',
      );
    case 'schema-map':
    case 'dependencies':
      return when(isJsonObject(value), 'an object');
    case 'string':
    case 'pattern':
      return when(typeof value === 'string', 'a string');
    case 'strings':
      return when(isStrings(value), 'a list of strings');
    case 'strings-map':
      return when(
        isJsonObject(value) && Object.values(value).every(isStrings),
        'an object of lists of strings',
      );
    case 'number':
      return when(isNumber && Number.isFinite(Number(value)), 'a number');
    case 'positive':
      return when(
        isNumber && value > 0 && Number.isFinite(Number(value)),
        'a number above 0',
      );
    case 'count':
      return when(
        isNumber && value >= 0 && Number.isInteger(Number(value)),
        'an integer from 0 on',
      );
    case 'boolean':
      return when(typeof value === 'boolean', 'true or false');
    case 'list':
      return when(Array.isArray(value), 'a list');
    case 'types':
      return when(
        TYPES.has(value) ||
          (Array.isArray(value) &&
            value.length > 0 &&
            value.every(item => TYPES.has(item))),
        `one or several of ${[...TYPES].join(', ')}`,
      );
    default:
      return undefined;
  }
}

function splitFragment(reference: string): [string, string?] {
  const hash = reference.indexOf('#');
  if (hash < 0) {
    return [reference];
  }
  try {
    return [
      reference.slice(0, hash),
      decodeURIComponent(reference.slice(hash + 1)),
    ];
  } catch (error) {
    throw invalid(
      `${JSON.stringify(reference.slice(0, 200))} is no reference`,
      error,
    );
  }
}

function lookUp(root: JsonValue, pointer: string): JsonValue | undefined {
  let value: JsonValue | undefined = root;
  for (const token of pointer.split('/').slice(1)) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (isJsonObject(value)) {
      value = getOwn(value, name);
    } else if (Array.isArray(value)) {
      value = /^[0-9]+$/.test(name) ? value[Number(name)] : undefined;
    } else {
      return undefined;
    }
  }
  return value;
}

function invalid(problem: string, cause?: unknown): SchemaError {
  return new SchemaError(
    'invalid-schema',
    `values.schema.json is not a valid schema: ${problem}`,
    { cause },
  );
}
