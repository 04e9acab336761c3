import { parseJson } from '@backstage-gitops/kubernetes-yaml';
import type { JsonObject, JsonValue } from '../json/value';
import { isObject } from '../json/value';
import { KINDS, MESSAGES } from './table';
import { asBytes, asInteger, asText, readFields, WireError } from './wire';

interface Field {
  name: string;
  inline: boolean;
  omitEmpty: boolean;
  type: string;
}

type Message = Map<number, Field>;

const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

function readMessage(line: string): Message {
  const fields: Message = new Map();
  const [, body] = line.split('|');
  for (const entry of body.split(',').filter(Boolean)) {
    const [number, name, flags, type] = entry.split(':');
    fields.set(Number(number), {
      name,
      type,
      inline: flags.includes('^'),
      omitEmpty: flags.includes('?'),
    });
  }
  return fields;
}

// Views over constant tables, made when first asked for.
function lazy<T>(make: () => T): () => T {
  let value: T | undefined;
  return () => (value ??= make());
}

const KIND_TABLE = lazy(
  () =>
    new Map(
      KINDS.split('\n').map(line => {
        const [kind, id] = line.split('=');
        return [kind, parseInt(id, 36)] as const;
      }),
    ),
);

const MESSAGE_TABLE = lazy(() => MESSAGES.split('\n').map(readMessage));

/**
 * The Go type that declares a field of a built-in kind, which decoding errors
 * name; the kind itself where it is not known.
 */
export function declaringType(
  apiVersion: string,
  kind: string,
  path: readonly string[],
): string {
  let id = KIND_TABLE().get(`${apiVersion}/${kind}`);
  if (id === undefined) return kind;
  for (const name of path.slice(0, -1)) {
    const field = fieldOf(id, name);
    const reference = /#(\w+)$/.exec(field?.type ?? '')?.[1];
    if (reference === undefined) return kind;
    id = parseInt(reference, 36);
  }
  return MESSAGES.split('\n')[id].split('|')[0];
}

function fieldOf(id: number, name: string): Field | undefined {
  for (const field of MESSAGE_TABLE()[id].values()) {
    if (!field.inline && field.name === name) return field;
  }
  return undefined;
}

/** A kind whose protobuf form the sandbox does not know. */
export class UnknownKindError extends Error {
  constructor(readonly kind: string) {
    super(`the protobuf form of ${kind} is not known`);
    this.name = 'UnknownKindError';
  }
}

/**
 * Decodes `application/vnd.kubernetes.protobuf`, which typed clients send for
 * built-in kinds, to the object's JSON form.
 *
 * @throws {@link WireError}, {@link UnknownKindError}
 */
export function decodeProtobuf(bytes: Buffer): JsonObject {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw new WireError();
  let apiVersion = '';
  let kind = '';
  let raw: Uint8Array = new Uint8Array();
  for (const { number, value } of readFields(bytes.subarray(MAGIC.length))) {
    if (number === 2) raw = asBytes(value);
    if (number !== 1) continue;
    for (const meta of readFields(asBytes(value))) {
      if (meta.number === 1) apiVersion = asText(meta.value);
      if (meta.number === 2) kind = asText(meta.value);
    }
  }
  const id = KIND_TABLE().get(
    kind === 'DeleteOptions'
      ? 'meta.k8s.io/v1/DeleteOptions'
      : `${apiVersion}/${kind}`,
  );
  if (id === undefined) throw new UnknownKindError(`${apiVersion} ${kind}`);
  return { apiVersion, kind, ...decodeMessage(id, raw) };
}

/**
 * A built-in object that nobody has filled in: what its Go type always writes.
 * New objects are compared with it to find out who owns which field.
 */
export function emptyObject(apiVersion: string, kind: string): JsonObject {
  if (kind === 'CustomResourceDefinition') return emptyDefinition();
  const id = KIND_TABLE().get(`${apiVersion}/${kind}`);
  return id === undefined ? { spec: {}, status: {} } : emptyMessage(id);
}

function emptyDefinition(): JsonObject {
  const names = { plural: '', kind: '' };
  return {
    spec: { group: '', names, scope: '', versions: null },
    status: { conditions: null, acceptedNames: names, storedVersions: null },
  };
}

function emptyMessage(id: number): JsonObject {
  const result: JsonObject = {};
  for (const { name, type, inline, omitEmpty } of MESSAGE_TABLE()[
    id
  ].values()) {
    const value = emptyValue(type);
    if (inline) Object.assign(result, isObject(value) ? value : {});
    else if (type[0] === '#' || !omitEmpty) result[name] = value;
  }
  return result;
}

/**
 * Brings the empty members of a built-in object to the form in which its Go type
 * writes them: most are left out, some lists are null. Changes the given copy.
 */
export function writeEmptyAsGo(object: JsonObject): void {
  const id = KIND_TABLE().get(
    `${String(object.apiVersion)}/${String(object.kind)}`,
  );
  if (id !== undefined) omitIn(id, object);
}

function omitIn(id: number, object: JsonObject): void {
  for (const { name, type, inline, omitEmpty } of MESSAGE_TABLE()[
    id
  ].values()) {
    if (inline) {
      if (type[0] === '#') omitIn(parseInt(type.slice(1), 36), object);
      continue;
    }
    const value = object[name];
    if (!omitEmpty && (type[0] === '[' || type[0] === '{')) {
      // Stored as protobuf, which knows no empty lists; read as null.
      if (value === undefined || isEmptyOf(type, value)) object[name] = null;
    }
    if (value === undefined) continue;
    if (omitEmpty && isEmptyOf(type, value)) delete object[name];
    else descend(type, value);
  }
}

function descend(type: string, value: JsonValue): void {
  const marker = type.lastIndexOf('#');
  if (marker < 0 || typeof value !== 'object' || value === null) return;
  const id = parseInt(type.slice(marker + 1), 36);
  const below = type.slice(0, marker);
  const entries =
    below.includes('[') || below.includes('{') ? Object.values(value) : [value];
  for (const entry of entries) if (isObject(entry)) omitIn(id, entry);
}

function isEmptyOf(type: string, value: JsonValue): boolean {
  switch (type[0]) {
    case '[':
    case '{':
      return Object.keys(value ?? {}).length === 0;
    case 's':
      return value === '';
    case 'b':
      return value === false;
    case 'i':
      return value === 0;
    default:
      return false;
  }
}

function emptyValue(type: string): JsonValue {
  switch (type[0]) {
    case '#':
      return emptyMessage(parseInt(type.slice(1), 36));
    case 's':
      return '';
    case 'b':
      return false;
    case 'i':
    case 'd':
      return 0;
    default:
      return null;
  }
}

function decodeMessage(id: number, bytes: Uint8Array): JsonObject {
  const message = MESSAGE_TABLE()[id];
  const result: JsonObject = {};
  for (const { number, value } of readFields(bytes)) {
    const field = message.get(number);
    if (!field) continue;
    const decoded = decodeField(field.type, value, result[field.name]);
    if (field.inline) {
      if (isObject(decoded)) Object.assign(result, decoded);
    } else if (!field.omitEmpty || !isZero(field.type, decoded)) {
      result[field.name] = decoded;
    }
  }
  return result;
}

// What Go's JSON encoder leaves out: zero values that are not behind a pointer.
function isZero(type: string, value: JsonValue): boolean {
  if (type === 'T' || type === 'M') return value === null;
  return (
    'sbidy'.includes(type[0]) &&
    (value === '' || value === 0 || value === false)
  );
}

function decodeField(
  type: string,
  value: bigint | Uint8Array,
  before: JsonValue | undefined,
): JsonValue {
  switch (type[0]) {
    case '*':
      return decodeField(type.slice(1), value, before);
    case '[':
      return [
        ...(Array.isArray(before) ? before : []),
        decodeField(type.slice(1), value, undefined),
      ];
    case '{': {
      const [key, entry] = decodeMapEntry(type.slice(1), asBytes(value));
      return { ...(isObject(before) ? before : {}), [key]: entry };
    }
    case '#':
      return decodeMessage(parseInt(type.slice(1), 36), asBytes(value));
    default:
      return decodeScalar(type[0], value);
  }
}

function decodeMapEntry(type: string, bytes: Uint8Array): [string, JsonValue] {
  let key = '';
  let entry: JsonValue | undefined;
  for (const { number, value } of readFields(bytes)) {
    if (number === 1) key = asText(value);
    if (number === 2) entry = decodeField(type, value, undefined);
  }
  return [key, entry ?? (type[0] === '[' ? [] : '')];
}

function decodeScalar(type: string, value: bigint | Uint8Array): JsonValue {
  switch (type) {
    case 's':
      return asText(value);
    case 'b':
      return asInteger(value) !== 0;
    case 'i':
    case 'D':
      return type === 'i' ? asInteger(value) : (member(value, 1) ?? 0);
    case 'd':
      return Buffer.from(asBytes(value)).readDoubleLE(0);
    case 'y':
      return Buffer.from(asBytes(value)).toString('base64');
    case 'Q':
      return text(value, 1);
    case 'T':
    case 'M':
      return time(value, type === 'M');
    case 'I':
      return member(value, 1) === 1
        ? text(value, 3)
        : Number(member(value, 2) ?? 0);
    case 'R':
    case 'F': {
      const json = text(value, 1);
      return json ? (parseJson(json) as JsonValue) : {};
    }
    case 'L':
      return [...readFields(asBytes(value))].map(field => asText(field.value));
    default:
      throw new WireError();
  }
}

function member(
  value: bigint | Uint8Array,
  wanted: number,
): number | bigint | undefined {
  for (const field of readFields(asBytes(value))) {
    if (field.number === wanted) return asInteger(field.value);
  }
  return undefined;
}

function text(value: bigint | Uint8Array, wanted: number): string {
  for (const field of readFields(asBytes(value))) {
    if (field.number === wanted) return asText(field.value);
  }
  return '';
}

const ZERO_TIME_SECONDS = -62_135_596_800;

function time(value: bigint | Uint8Array, withMicros: boolean): JsonValue {
  const bytes = asBytes(value);
  if (bytes.length === 0) return null;
  const seconds = Number(member(value, 1) ?? 0);
  if (seconds === ZERO_TIME_SECONDS) return null;
  const base = new Date(seconds * 1000).toISOString().slice(0, 19);
  if (!withMicros) return `${base}Z`;
  const micros = Math.floor(Number(member(value, 2) ?? 0) / 1000);
  return `${base}.${String(micros).padStart(6, '0')}Z`;
}
