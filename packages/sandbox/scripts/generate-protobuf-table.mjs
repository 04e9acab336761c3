// Writes src/protobuf/table.ts: field numbers and wire types of the kinds that
// typed clients send as protobuf, read from the struct tags of Kubernetes' Go
// types. Facts only; nothing of the sources is carried over.
//
// Usage: node scripts/generate-protobuf-table.mjs <k8s.io/api> <k8s.io/apimachinery>
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const [api, apimachinery] = process.argv.slice(2);
if (!api || !apimachinery) {
  throw new Error(
    'usage: generate-protobuf-table.mjs <k8s.io/api> <k8s.io/apimachinery>',
  );
}

// Package alias in Go sources, folder, and the API groups whose kinds are sent.
const PACKAGES = [
  ['metav1', join(apimachinery, 'pkg/apis/meta/v1'), 'meta.k8s.io/v1'],
  ['corev1', join(api, 'core/v1'), 'v1'],
  ['appsv1', join(api, 'apps/v1'), 'apps/v1'],
  ['batchv1', join(api, 'batch/v1'), 'batch/v1'],
  ['autoscalingv1', join(api, 'autoscaling/v1'), 'autoscaling/v1'],
  ['autoscalingv2', join(api, 'autoscaling/v2'), 'autoscaling/v2'],
  ['policyv1', join(api, 'policy/v1'), 'policy/v1'],
  ['rbacv1', join(api, 'rbac/v1'), 'rbac.authorization.k8s.io/v1'],
  ['networkingv1', join(api, 'networking/v1'), 'networking.k8s.io/v1'],
  ['coordinationv1', join(api, 'coordination/v1'), 'coordination.k8s.io/v1'],
  ['discoveryv1', join(api, 'discovery/v1'), 'discovery.k8s.io/v1'],
  ['eventsv1', join(api, 'events/v1'), 'events.k8s.io/v1'],
  ['schedulingv1', join(api, 'scheduling/v1'), 'scheduling.k8s.io/v1'],
  ['storagev1', join(api, 'storage/v1'), 'storage.k8s.io/v1'],
  [
    'authenticationv1',
    join(api, 'authentication/v1'),
    'authentication.k8s.io/v1',
  ],
  ['authorizationv1', join(api, 'authorization/v1'), 'authorization.k8s.io/v1'],
];

// Types with a wire form of their own.
const SPECIAL = {
  'metav1.Time': 'T',
  'metav1.MicroTime': 'M',
  'metav1.Duration': 'D',
  'metav1.FieldsV1': 'F',
  'resource.Quantity': 'Q',
  'intstr.IntOrString': 'I',
  'runtime.RawExtension': 'R',
};
const SCALARS = {
  string: 's',
  bool: 'b',
  int32: 'i',
  int64: 'i',
  int: 'i',
  uint32: 'i',
  uint16: 'i',
  int8: 'i',
  float64: 'd',
  byte: 'y',
  'types.UID': 's',
};

const structs = new Map();
const aliases = new Map();
const roots = [];
for (const [alias, folder, apiVersion] of PACKAGES) {
  readPackage(
    alias,
    readFileSync(join(folder, 'types.go'), 'utf8'),
    apiVersion,
  );
}

function readPackage(alias, source, apiVersion) {
  const text = source.replace(/\/\*[\s\S]*?\*\//g, '');
  for (const [, name, body] of text.matchAll(
    /^type (\w+) struct \{\n([\s\S]*?)^\}/gm,
  )) {
    const fields = [];
    for (const line of body.split('\n')) {
      const match = /^\s*(?:(\w+)\s+)?([\w.*[\]]+)\s+`([^`]*)`/.exec(line);
      const protobuf = match && /protobuf:"([^"]*)"/.exec(match[3])?.[1];
      if (!protobuf || protobuf === '-') continue;
      const json = /json:"([^"]*)"/.exec(match[3])?.[1] ?? '';
      const [jsonName, ...options] = json.split(',');
      fields.push({
        number: Number(protobuf.split(',')[1]),
        name: jsonName,
        inline: options.includes('inline') || jsonName === '',
        omitEmpty: options.includes('omitempty'),
        type: match[2],
      });
    }
    structs.set(`${alias}.${name}`, fields);
    if (/TypeMeta\s+`json:",inline"`/.test(body) && !name.endsWith('List')) {
      roots.push([`${apiVersion}/${name}`, `${alias}.${name}`]);
    }
  }
  for (const [, name, type] of text.matchAll(/^type (\w+) ([\w.[\]*]+)$/gm)) {
    aliases.set(`${alias}.${name}`, { type, alias });
  }
}

const table = new Map();
function encodeType(type, alias) {
  if (type.startsWith('*')) return `*${encodeType(type.slice(1), alias)}`;
  if (type === '[]byte') return 'y';
  if (type.startsWith('[]')) return `[${encodeType(type.slice(2), alias)}`;
  const map = /^map\[[^\]]+\](.*)$/.exec(type);
  if (map) return `{${encodeType(map[1], alias)}`;
  if (SCALARS[type]) return SCALARS[type];
  const name = resolveName(type, alias);
  if (SPECIAL[name]) return SPECIAL[name];
  // The two types of named lists of strings are messages with one list.
  if (name === 'metav1.Verbs' || name.endsWith('.ExtraValue')) return 'L';
  const known = aliases.get(name);
  if (known) return encodeType(known.type, known.alias);
  if (!structs.has(name)) throw new Error(`unknown type ${name}`);
  visit(name);
  return `#${name};`;
}

function resolveName(type, alias) {
  const name = type.includes('.') ? type : `${alias}.${type}`;
  return name.replace(/^(?:api)?v1\./, 'corev1.');
}

function visit(name) {
  if (table.has(name)) return;
  table.set(name, '');
  const alias = name.split('.')[0];
  const fields = structs.get(name).map(field => {
    const flags = (field.inline ? '^' : '') + (field.omitEmpty ? '?' : '');
    return `${field.number}:${field.name}:${flags}:${encodeType(field.type, alias)}`;
  });
  table.set(name, fields.join(','));
}

const wanted = roots.filter(
  ([, name]) => !/^metav1\.(?!DeleteOptions$)/.test(name),
);
for (const [, name] of wanted) visit(name);

// Short names keep the table small.
const ids = new Map(
  [...table.keys()].map((name, index) => [name, index.toString(36)]),
);
const lines = [...table].map(([name, fields]) =>
  `${name.split('.')[1]}|${fields}`.replace(
    /#([\w.]+);/g,
    (_, type) => `#${ids.get(type)}`,
  ),
);
const kinds = wanted.map(([kind, name]) => `${kind}=${ids.get(name)}`);
writeFileSync(
  fileURLToPath(new URL('../src/protobuf/table.ts', import.meta.url)),
  `// Generated by scripts/generate-protobuf-table.mjs from Kubernetes' Go types. Do not edit.
/* eslint-disable */
// prettier-ignore

/**
 * One message per line: \`<Go name>|<number>:<JSON name>:<flags>:<type>,…\`. Flags: \`^\` is
 * inlined into its parent, \`?\` is left out when empty. Types: scalars \`s b i d
 * y\`, \`T M D F Q I R L\` with a form of their own, \`[\` list, \`{\` map by string,
 * \`*\` pointer, \`#<line in base 36>\` message.
 */
export const MESSAGES = \`${lines.join('\n')}\`;

/** \`<apiVersion>/<kind>=<line in base 36>\`. */
export const KINDS = \`${kinds.join('\n')}\`;
`,
);
