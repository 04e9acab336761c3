#!/usr/bin/env node
/*
 * Generates src/data/table.ts from Kubernetes' published API description.
 *
 *   node scripts/generate.mjs <api folder of a release> [<api folder of 1.21>]
 *
 * An api folder is `api/` of a Kubernetes source tree: it holds
 * `openapi-spec/swagger.json` (types, merge keys, list types) and, in newer
 * releases, `openapi-spec/v3` (defaults of list keys) and
 * `discovery/aggregated_v2.json` (plurals, scope, short names, verbs).
 *
 * The older release adds the kinds that were dropped since, and tells which
 * fields are younger: kustomize 5 merges with the facts of 1.21, so a field
 * it does not know is replaced rather than merged.
 */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [newerPath, olderPath] = process.argv.slice(2);
if (!newerPath) {
  console.error('usage: generate.mjs <api folder> [<older api folder>]');
  process.exit(2);
}

const readJson = path => JSON.parse(readFileSync(path, 'utf8'));
const readSwagger = folder =>
  readJson(join(folder, 'openapi-spec', 'swagger.json'));

const PREFIX = '#/definitions/';
const NOT_OBJECTS = new Set([
  'DeleteOptions',
  'WatchEvent',
  'Status',
  'APIGroup',
  'APIGroupList',
  'APIResourceList',
  'APIVersions',
]);

/** Defaults of string fields, as OpenAPI v3 has them (v2 drops them). */
function readDefaults(folder) {
  const defaults = new Map();
  const v3 = join(folder, 'openapi-spec', 'v3');
  if (!existsSync(v3)) return defaults;
  for (const file of readdirSync(v3).filter(name => name.endsWith('.json'))) {
    const schemas = readJson(join(v3, file)).components?.schemas ?? {};
    for (const [name, schema] of Object.entries(schemas)) {
      for (const [field, value] of Object.entries(schema.properties ?? {})) {
        if (typeof value.default === 'string' && value.default !== '') {
          defaults.set(`${name} ${field}`, value.default);
        }
      }
    }
  }
  return defaults;
}

class Graph {
  constructor({ definitions, olderDefinitions, defaults, keyFields }) {
    Object.assign(this, { definitions, olderDefinitions, defaults, keyFields });
    this.named = new Map();
    this.nodes = [];
  }

  node(head, attributes, fields = [], element = undefined) {
    const node = { head, attributes, fields, element };
    this.nodes.push(node);
    return node;
  }

  definition(name) {
    let node = this.named.get(name);
    if (!node) {
      node = this.node('a', '');
      this.named.set(name, node);
      this.fill(node, name, this.definitions[name]);
    }
    return node;
  }

  fill(node, name, schema) {
    node.attributes = attributesOf(schema);
    if (name.endsWith('.resource.Quantity')) node.head = 'q';
    else if (schema.format === 'int-or-string') node.head = 'x';
    else if (schema.properties) {
      node.head = 'o';
      const required = new Set(schema.required ?? []);
      const older = this.olderDefinitions[name]?.properties;
      node.fields = Object.entries(schema.properties).map(([field, value]) => {
        let flags = required.has(field) ? '!' : '';
        if (older && !older[field]) flags += '+';
        return [field, flags, this.value(value, `${name} ${field}`)];
      });
    } else if (schema.type === 'string') node.head = 's';
    else node.head = 'a';
  }

  value(schema, where) {
    if (schema.$ref) {
      const target = this.definition(schema.$ref.slice(PREFIX.length));
      const own = attributesOf(schema);
      if (!own) return target;
      // A field may say more about its value than the type does, such as
      // retainKeys for a Deployment's strategy.
      return this.node('=', own, [], target);
    }
    let attributes = attributesOf(schema);
    switch (schema.type) {
      case 'array':
        return this.node('l', attributes, [], this.value(schema.items, ''));
      case 'object':
        return schema.additionalProperties
          ? this.node(
              'm',
              attributes,
              [],
              this.value(schema.additionalProperties, ''),
            )
          : this.node('a', attributes);
      case 'string': {
        const byDefault = this.defaults.get(where);
        const field = where.slice(where.indexOf(' ') + 1);
        if (byDefault && this.keyFields.has(field)) {
          attributes = [attributes, `d${byDefault}`].filter(Boolean).join(' ');
        }
        return this.node('s', attributes);
      }
      case 'integer':
        return this.node('i', attributes);
      case 'number':
        return this.node('n', attributes);
      case 'boolean':
        return this.node('b', attributes);
      default:
        return this.node('a', attributes);
    }
  }
}

function attributesOf(schema) {
  const out = [];
  const mapType = schema['x-kubernetes-map-type'];
  if (mapType === 'atomic') out.push('a');
  // Only of interest where the type it refers to is atomic.
  if (mapType === 'granular' && schema.$ref) out.push('g');
  const listType = schema['x-kubernetes-list-type'];
  if (listType) out.push(`t${listType}`);
  const keys = schema['x-kubernetes-list-map-keys'];
  if (keys) out.push(`k${keys.join(',')}`);
  const mergeKey = schema['x-kubernetes-patch-merge-key'];
  if (mergeKey) out.push(`m${mergeKey}`);
  const strategy = schema['x-kubernetes-patch-strategy'];
  if (strategy) out.push(`s${strategy}`);
  return out.join(' ');
}

/** Gives equal types one number: versions of an API repeat most of it. */
function numberTypes(nodes) {
  let classes = new Map(nodes.map(node => [node, node.head]));
  let count = 0;
  for (;;) {
    const refined = refine(nodes, classes);
    const next = new Set(refined.values()).size;
    if (next === count) return refined;
    classes = refined;
    count = next;
  }
}

/** Splits each class by what its members refer to. */
function refine(nodes, classes) {
  const seen = new Map();
  const refined = new Map();
  for (const node of nodes) {
    const key = JSON.stringify([
      node.head,
      node.attributes,
      node.element && classes.get(node.element),
      node.fields.map(([f, flags, v]) => [f, flags, classes.get(v)]),
    ]);
    if (!seen.has(key)) seen.set(key, seen.size);
    refined.set(node, seen.get(key));
  }
  return refined;
}

function discover(folder, swagger) {
  const kinds = new Map();
  const aggregated = join(folder, 'discovery', 'aggregated_v2.json');
  const documents = existsSync(aggregated) ? [readJson(aggregated)] : [];
  const core = join(folder, 'discovery', 'api__v1.json');
  for (const item of documents.flatMap(document => document.items)) {
    const group = item.metadata.name ?? '';
    for (const version of item.versions) {
      for (const resource of version.resources ?? []) {
        const kind = resource.responseKind.kind;
        kinds.set(`${group} ${version.version} ${kind}`, {
          group,
          version: version.version,
          kind,
          plural: resource.resource,
          singular: resource.singularResource || kind.toLowerCase(),
          namespaced: resource.scope === 'Namespaced',
          shortNames: resource.shortNames ?? [],
          categories: resource.categories ?? [],
          verbs: resource.verbs,
          subresources: (resource.subresources ?? []).map(s => s.subresource),
        });
      }
    }
  }
  if (existsSync(core)) {
    const resources = readJson(core).resources;
    for (const resource of resources.filter(r => !r.name.includes('/'))) {
      kinds.set(` v1 ${resource.kind}`, {
        group: '',
        version: 'v1',
        kind: resource.kind,
        plural: resource.name,
        singular: resource.singularName || resource.kind.toLowerCase(),
        namespaced: resource.namespaced,
        shortNames: resource.shortNames ?? [],
        categories: resource.categories ?? [],
        verbs: resource.verbs,
        subresources: resources
          .filter(r => r.name.startsWith(`${resource.name}/`))
          .map(r => r.name.slice(resource.name.length + 1)),
      });
    }
  }
  if (kinds.size === 0) discoverFromPaths(swagger, kinds);
  return kinds;
}

const ACTIONS = {
  post: 'create',
  put: 'update',
  list: 'list',
  get: 'get',
  patch: 'patch',
  delete: 'delete',
  deletecollection: 'deletecollection',
  watchlist: 'watch',
};

/** Releases without recorded discovery: the paths say plural, scope, verbs. */
function discoverFromPaths(swagger, kinds) {
  const pattern =
    /^\/(?:api|apis\/([^/]+))\/([^/]+)\/(watch\/)?(namespaces\/\{namespace\}\/)?([a-z]+)(?:\/\{name\}(?:\/([a-z]+))?)?$/;
  for (const [path, operations] of Object.entries(swagger.paths)) {
    const match = pattern.exec(path);
    if (!match) continue;
    const [, group = '', version, , inNamespace, plural, subresource] = match;
    for (const operation of Object.values(operations)) {
      const gvk = operation?.['x-kubernetes-group-version-kind'];
      if (!gvk || gvk.version !== version || gvk.group !== group) continue;
      if (subresource) continue;
      const id = `${group} ${version} ${gvk.kind}`;
      const info = kinds.get(id) ?? {
        group,
        version,
        kind: gvk.kind,
        plural,
        singular: gvk.kind.toLowerCase(),
        namespaced: false,
        shortNames: [],
        categories: [],
        verbs: [],
        subresources: [],
      };
      if (inNamespace) info.namespaced = true;
      const verb = ACTIONS[operation['x-kubernetes-action']];
      if (verb && !info.verbs.includes(verb)) info.verbs.push(verb);
      kinds.set(id, info);
    }
  }
  for (const info of kinds.values()) {
    info.verbs.sort();
    const base = info.group ? `/apis/${info.group}` : '/api';
    const scope = info.namespaced ? 'namespaces/{namespace}/' : '';
    const start = `${base}/${info.version}/${scope}${info.plural}/{name}/`;
    info.subresources = Object.keys(swagger.paths)
      .filter(path => path.startsWith(start))
      .map(path => path.slice(start.length))
      .filter(name => /^[a-z]+$/.test(name));
  }
}

function rootsOf(swagger) {
  const roots = new Map();
  for (const [name, schema] of Object.entries(swagger.definitions)) {
    for (const gvk of schema['x-kubernetes-group-version-kind'] ?? []) {
      if (NOT_OBJECTS.has(gvk.kind)) continue;
      if (gvk.kind.endsWith('List') && schema.properties?.items) continue;
      roots.set(`${gvk.group} ${gvk.version} ${gvk.kind}`, name);
    }
  }
  return roots;
}

const newer = readSwagger(newerPath);
const older = olderPath ? readSwagger(olderPath) : undefined;
const newerRoots = rootsOf(newer);
const olderRoots = older ? rootsOf(older) : new Map();
const kinds = discover(newerPath, newer);
const olderKinds = older ? discover(olderPath, older) : new Map();
const defaults = readDefaults(newerPath);

const keyFields = new Set();
(function collectKeys(value) {
  if (Array.isArray(value)) value.forEach(collectKeys);
  else if (value && typeof value === 'object') {
    const keys = value['x-kubernetes-list-map-keys'];
    if (Array.isArray(keys)) keys.forEach(key => keyFields.add(key));
    Object.values(value).forEach(collectKeys);
  }
})(newer.definitions);

const graph = new Graph({
  definitions: { ...older?.definitions, ...newer.definitions },
  olderDefinitions: older?.definitions ?? {},
  defaults,
  keyFields,
});

const sinceOf = (inNewer, inOlder) => {
  if (!inNewer) return '-';
  return inOlder ? '' : '+';
};

const rows = [];
for (const id of new Set([...newerRoots.keys(), ...olderRoots.keys()])) {
  const inNewer = newerRoots.has(id);
  const inOlder = olderRoots.has(id);
  const [group, version, kind] = id.split(' ');
  let info = kinds.get(id);
  if (!info && !inNewer) {
    info = olderKinds.get(id);
    // Discovery of that time was not recorded; names outlive versions.
    const heir = [...kinds.values()].find(
      k => k.kind === kind && k.plural === info?.plural,
    );
    if (info && heir) {
      info.shortNames = heir.shortNames;
      info.categories = heir.categories;
    }
  }
  rows.push({
    id: [group, version, kind],
    info,
    type: graph.definition(newerRoots.get(id) ?? olderRoots.get(id)),
    since: sinceOf(inNewer, inOlder),
  });
}
rows.sort((a, b) => (a.id.join(' ') < b.id.join(' ') ? -1 : 1));

const classes = numberTypes(graph.nodes);
const order = new Map();
const pending = [];
const number = node => {
  const id = classes.get(node);
  if (!order.has(id)) {
    order.set(id, order.size);
    pending.push(node);
  }
  return order.get(id).toString(36);
};
const verbLists = [];
const verbsOf = verbs => {
  const text = verbs.join(',');
  if (!verbLists.includes(text)) verbLists.push(text);
  return verbLists.indexOf(text).toString(36);
};
const kindLines = rows.map(({ id, info, type, since }) =>
  [
    ...id,
    number(type),
    since,
    ...(info
      ? [
          info.plural,
          info.singular === id[2].toLowerCase() ? '' : info.singular,
          info.namespaced ? 'N' : 'C',
          info.shortNames.join(','),
          info.categories.join(','),
          verbsOf(info.verbs),
          info.subresources.join(','),
        ]
      : []),
  ].join('|'),
);
const typeLines = [];
for (let i = 0; i < pending.length; i++) {
  const { head, attributes, fields, element } = pending[i];
  typeLines.push(
    [
      head + (element ? number(element) : ''),
      attributes,
      fields.map(([f, flags, v]) => `${f}${flags}:${number(v)}`).join(';'),
    ]
      .join('|')
      .replace(/\|+$/, ''),
  );
}

const block = lines => lines.join('\n');
const target = new URL('../src/data/table.ts', import.meta.url);
writeFileSync(
  target,
  `// Generated by scripts/generate.mjs from Kubernetes' published API description. Do not edit.
/* eslint-disable */
// prettier-ignore

/** Types: \`<head><element>|<attributes>|<field><flags>:<type>;…\`, numbers in base 36. */
export const TYPES = \`${block(typeLines)}\`;

/** Kinds: \`group|version|kind|type|since|plural|singular|scope|short names|categories|verbs|subresources\`. */
export const KINDS = \`${block(kindLines)}\`;

export const VERBS = \`${block(verbLists)}\`;
`,
);
console.log(
  `${kindLines.length} kinds, ${typeLines.length} types, ${readFileSync(target).length} bytes`,
);
