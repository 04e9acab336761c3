import { isMap, isTrue } from '@backstage-gitops/go-template';

/**
 * Whether sprig 3.3 takes the value for empty: nil, false, 0, and texts, lists
 * and maps of no length. Structs never are; pointers are not followed.
 */
export function isEmpty(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
      return value === '';
    case 'boolean':
      return !value;
    case 'object':
      return isMap(value) ? !hasEntries(value) : !isTrue(value);
    default:
      return !isTrue(value);
  }
}

/** Looks no further than to the first entry. */
function hasEntries(map: { readonly [key: string]: unknown }): boolean {
  for (const key in map) {
    if (Object.hasOwn(map, key) && map[key] !== undefined) {
      return true;
    }
  }
  return false;
}
