import { GoEntries, GoNil, GoNumber, GoTyped } from './GoObject';
import { isMap, plain } from './inspect';
import { compareStrings } from './utf8';

/** The keys of a map, sorted by their bytes. @public */
export function sortedKeys(map: { readonly [key: string]: unknown }): string[] {
  const keys: string[] = [];
  for (const key of Object.keys(map)) {
    if (map[key] !== undefined) {
      keys.push(key);
    }
  }
  return keys.length > 1 ? keys.sort(compareStrings) : keys;
}

/**
 * The entries of a map in the order in which Go prints and ranges over them;
 * undefined for what is no map.
 *
 * @public
 */
export function sortedEntries(
  value: unknown,
): readonly (readonly [unknown, unknown])[] | undefined {
  const bare = plain(value);
  if (bare instanceof GoEntries) {
    return [...bare.entries].sort(([a], [b]) => compareKeys(a, b));
  }
  if (isMap(bare)) {
    return sortedKeys(bare).map(key => [key, bare[key]] as const);
  }
  return bare instanceof GoNil && bare.type.kind === 'map' ? [] : undefined;
}

function compareKeys(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') {
    return compareStrings(a, b);
  }
  const x = ordinal(a);
  const y = ordinal(b);
  if (x === y) {
    return 0;
  }
  return x < y || Number.isNaN(x) ? -1 : 1;
}

function ordinal(key: unknown): number | bigint {
  if (key instanceof GoNumber) {
    return key.value;
  }
  return typeof key === 'boolean' || typeof key === 'number' ? Number(key) : 0;
}

/** The value of a key; undefined where there is none. */
export function entryOf(map: GoTyped | object, key: unknown): unknown {
  const bare = plain(map);
  if (bare instanceof GoEntries) {
    return bare.entries.find(([candidate]) => sameKey(candidate, key))?.[1];
  }
  if (!isMap(bare)) {
    return undefined;
  }
  const name = plain(key);
  return typeof name === 'string' && Object.hasOwn(bare, name)
    ? bare[name]
    : undefined;
}

function sameKey(a: unknown, b: unknown): boolean {
  return (
    a === b ||
    (a instanceof GoNumber && b instanceof GoNumber && a.value === b.value)
  );
}
