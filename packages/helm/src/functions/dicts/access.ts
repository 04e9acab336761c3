import {
  ANY,
  ANY_MAP,
  GoError,
  GoFunction,
  goFunction,
  GoMap,
  GoNil,
  GoTyped,
  isMap,
  sortedKeys,
  STRING,
  STRING_SLICE,
  typeOf,
} from '@backstage-gitops/go-template';
import { setOwn } from '@backstage-gitops/kubernetes-yaml';
import { checkListLength } from '../bounds';
import { strval } from '../text/strval';

type Values = readonly unknown[];

/** A map argument; nil is `null` and has no entries. */
type Dict = GoMap | null;

export const NIL_DICT = new GoNil(ANY_MAP);

/** The entry; undefined where there is none. */
export function entry(map: Dict, key: string): unknown {
  return map !== null && Object.hasOwn(map, key) ? map[key] : undefined;
}

/** A key without a value gets the empty text. */
function dict(...items: Values): GoMap {
  const result: GoMap = {};
  for (let i = 0; i < items.length; i += 2) {
    const item = items[i];
    const key = typeof item === 'string' ? item : strval(item);
    setOwn(result, key, i + 1 < items.length ? items[i + 1] : '');
  }
  return result;
}

function get(dictionary: Dict, key: string): unknown {
  const value = entry(dictionary, key);
  return value === undefined ? '' : value;
}

function set(dictionary: Dict, key: string, value: unknown): GoMap {
  if (dictionary === null) {
    throw new GoError('assignment to entry in nil map');
  }
  setOwn(dictionary, key, value);
  return dictionary;
}

function unset(dictionary: Dict, key: string): unknown {
  if (dictionary === null) {
    return NIL_DICT;
  }
  delete dictionary[key];
  return dictionary;
}

function hasKey(dictionary: Dict, key: string): boolean {
  return entry(dictionary, key) !== undefined;
}

function pluck(key: string, ...dicts: readonly Dict[]): unknown[] {
  return dicts
    .map(dictionary => entry(dictionary, key))
    .filter(value => value !== undefined);
}

/** Go's order is random; here keys are sorted. */
function keys(...dicts: readonly Dict[]): GoTyped {
  const lists = dicts.map(dictionary => sortedKeys(dictionary ?? {}));
  checkListLength(lists.reduce((total, { length }) => total + length, 0));
  return new GoTyped(STRING_SLICE, lists.flat());
}

/** In the order of {@link keys}. */
function values(dictionary: Dict): unknown[] {
  return dictionary === null
    ? []
    : sortedKeys(dictionary).map(key => dictionary[key]);
}

function pick(dictionary: Dict, ...names: readonly string[]): GoMap {
  const result: GoMap = {};
  for (const name of names) {
    const value = entry(dictionary, name);
    if (value !== undefined) {
      setOwn(result, name, value);
    }
  }
  return result;
}

function omit(dictionary: Dict, ...names: readonly string[]): GoMap {
  const result: GoMap = {};
  const omitted = new Set(names);
  for (const key of Object.keys(dictionary ?? {})) {
    const value = dictionary![key];
    if (value !== undefined && !omitted.has(key)) {
      setOwn(result, key, value);
    }
  }
  return result;
}

/** What Go says where a value is not of the type asserted. */
function conversion(value: unknown, wanted: string): GoError {
  const found = value === null ? 'nil' : typeOf(value).name;
  return new GoError(
    `interface conversion: interface {} is ${found}, not ${wanted}`,
  );
}

/** Named types of maps are refused, as Go does. */
function asDict(value: unknown): Dict {
  if (isMap(value)) {
    return value;
  }
  if (value instanceof GoNil && value.type.name === ANY_MAP.name) {
    return null;
  }
  throw conversion(value, ANY_MAP.name);
}

/** `dig KEY… DEFAULT DICT`: the entry at the end of the keys. */
function dig(...items: Values): unknown {
  if (items.length < 3) {
    throw new GoError('dig needs at least three arguments');
  }
  const last = items.length - 2;
  let found: unknown = asDict(items[last + 1]);
  for (let i = 0; i < last; i++) {
    if (typeof items[i] !== 'string') {
      throw conversion(items[i], STRING.name);
    }
  }
  for (let i = 0; i < last; i++) {
    found = entry(
      i === 0 ? (found as Dict) : asDict(found),
      items[i] as string,
    );
    if (found === undefined) {
      return items[last];
    }
  }
  return found;
}

/** Functions that read and change the entries of maps. */
export const accessFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ['dict', goFunction([], dict, { variadic: ANY })],
  ['get', goFunction([ANY_MAP, STRING], get)],
  ['set', goFunction([ANY_MAP, STRING, ANY], set)],
  ['unset', goFunction([ANY_MAP, STRING], unset)],
  ['hasKey', goFunction([ANY_MAP, STRING], hasKey)],
  ['pluck', goFunction([STRING], pluck, { variadic: ANY_MAP })],
  ['keys', goFunction([], keys, { variadic: ANY_MAP })],
  ['values', goFunction([ANY_MAP], values)],
  ['pick', goFunction([ANY_MAP], pick, { variadic: STRING })],
  ['omit', goFunction([ANY_MAP], omit, { variadic: STRING })],
  ['dig', goFunction([], dig, { variadic: ANY })],
]);
