import { GoEntries, GoNil, GoNumber, GoTyped, integer } from './GoObject';
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
} from './GoType';
import { decodeUtf8 } from './utf8';

const NAMED: ReadonlyMap<string, GoType> = new Map(
  [ANY, STRING, FLOAT64, INT, INT8, INT16, INT32, INT64]
    .concat([UINT, UINT8, UINT16, UINT32, UINT64])
    .map(type => [type.name, type]),
);

/** Reads names such as `map[string][]int`. */
function typeNamed(name: string): GoType {
  const map = /^map\[([^\]]+)\](.+)$/.exec(name);
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

function decodeTag(tag: string, value: unknown, others?: OtherTags): unknown {
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
      return decodeObject(value as object, others);
    default: {
      const decoded = others?.(tag, value);
      if (decoded === undefined) {
        throw new Error(`unknown tag $${tag}`);
      }
      return decoded;
    }
  }
}

function decodeTyped(
  type: GoType,
  data: Record<string, unknown>,
  others?: OtherTags,
): unknown {
  if ('pairs' in data) {
    const pairs = (data.pairs ?? []) as [unknown, unknown][];
    return new GoTyped(
      type,
      new GoEntries(
        pairs.map(([k, v]) => [
          decodeTagged(k, others),
          decodeTagged(v, others),
        ]),
      ),
    );
  }
  if (type.elem?.kind === 'map') {
    const entries = Object.entries(data.v as Record<string, object>).map(
      ([key, value]) => [
        key,
        '$type' in value
          ? decodeTagged(value, others)
          : decodeTyped(type.elem!, { v: value }, others),
      ],
    );
    return new GoTyped(type, Object.fromEntries(entries));
  }
  return new GoTyped(type, decodeTagged(data.v, others));
}

function decodeObject(data: object, others?: OtherTags): unknown {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [
      key,
      decodeTagged(value, others),
    ]),
  );
}

/** The value of a tag that only the caller knows; undefined for others. */
export type OtherTags = (tag: string, value: unknown) => unknown;

/**
 * Reads Go values from JSON, for test data: what JSON has no form for is an
 * object with one key, such as `{"$int": "5"}` or `{"$bytes": BASE64}`, or
 * `{"$type": "[]string", "v": …}`. Throws where a tag is unknown.
 *
 * @public
 */
export function decodeTagged(data: unknown, others?: OtherTags): unknown {
  if (Array.isArray(data)) {
    return data.map(item => decodeTagged(item, others));
  }
  if (typeof data !== 'object' || data === null) {
    return data;
  }
  const object = data as Record<string, unknown>;
  if (typeof object.$type === 'string') {
    return decodeTyped(typeNamed(object.$type), object, others);
  }
  const [key, ...more] = Object.keys(object);
  return key?.startsWith('$') && more.length === 0
    ? decodeTag(key.slice(1), object[key], others)
    : decodeObject(object, others);
}
