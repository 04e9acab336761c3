import {
  GoEntries,
  GoNil,
  GoNumber,
  GoTyped,
  integer,
} from '../values/GoObject';
import {
  ANY,
  FLOAT32,
  FLOAT64,
  GoType,
  INT,
  INT16,
  INT32,
  INT64,
  INT8,
  mapType,
  sliceType,
  STRING,
  UINT,
  UINT16,
  UINT32,
  UINT64,
  UINT8,
} from '../values/GoType';
import { decodeUtf8 } from '../values/utf8';

const NAMED: ReadonlyMap<string, GoType> = new Map(
  [ANY, STRING, FLOAT64, INT, INT8, INT16, INT32, INT64]
    .concat([UINT, UINT8, UINT16, UINT32, UINT64])
    .map(type => [type.name, type]),
);

/** Reads names such as `map[string][]int`. */
function typeNamed(name: string): GoType {
  const map = /^map\[(\w+)\](.+)$/.exec(name);
  if (map) {
    return mapType(typeNamed(map[1]), typeNamed(map[2]));
  }
  const type = name.startsWith('[]')
    ? sliceType(typeNamed(name.slice(2)))
    : NAMED.get(name);
  if (!type) {
    throw new Error(`unknown type ${name}`);
  }
  return type;
}

function decodeTag(tag: string, value: unknown): unknown {
  const type = NAMED.get(tag);
  if (type && tag !== 'float64') {
    return integer(type, BigInt(String(value)));
  }
  switch (tag) {
    case 'float64':
      return Number(String(value).replace('Inf', 'Infinity'));
    case 'float32':
      return new GoNumber(FLOAT32, Math.fround(Number(value)));
    case 'bytes':
      return new Uint8Array(Buffer.from(String(value), 'base64'));
    case 'rawstring':
      return decodeUtf8(Buffer.from(String(value), 'base64'));
    case 'nil':
      return new GoNil(typeNamed(String(value)));
    case 'map':
      return decodeObject(value as object);
    default:
      throw new Error(`unknown tag $${tag}`);
  }
}

function decodeTyped(type: GoType, data: Record<string, unknown>): unknown {
  if ('pairs' in data) {
    const pairs = (data.pairs ?? []) as [unknown, unknown][];
    return new GoTyped(
      type,
      new GoEntries(pairs.map(([k, v]) => [decodeData(k), decodeData(v)])),
    );
  }
  if (type.elem?.kind === 'map') {
    const entries = Object.entries(data.v as object).map(([key, value]) => [
      key,
      decodeTyped(type.elem!, { v: value }),
    ]);
    return new GoTyped(type, Object.fromEntries(entries));
  }
  return new GoTyped(type, decodeData(data.v));
}

function decodeObject(data: object): unknown {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, decodeData(value)]),
  );
}

/** Data of conformance cases: JSON, with tags for Go's types. */
export function decodeData(data: unknown): unknown {
  if (Array.isArray(data)) {
    return data.map(decodeData);
  }
  if (typeof data !== 'object' || data === null) {
    return data;
  }
  const object = data as Record<string, unknown>;
  if (typeof object.$type === 'string') {
    return decodeTyped(typeNamed(object.$type), object);
  }
  const [key, ...more] = Object.keys(object);
  return key?.startsWith('$') && more.length === 0
    ? decodeTag(key.slice(1), object[key])
    : decodeObject(object);
}
