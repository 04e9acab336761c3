import { GroupVersionKind } from '../resources/ResourceId';

/**
 * A field of some kinds: `path` with `/` between names (`\/` for a slash in a
 * name, `[]` behind a name that must be a list).
 *
 * @public
 */
export interface FieldSpec extends Partial<GroupVersionKind> {
  readonly path: string;
  readonly create?: boolean;
}

/** Splits a path at slashes that are not escaped. */
export function splitPath(path: string): string[] {
  if (!path.includes('\\')) {
    const parts = path.split('/');
    return parts[0] === '' ? parts.slice(1) : parts;
  }
  const parts: string[] = [];
  let current = '';
  for (let i = 0; i < path.length; i++) {
    if (path[i] === '\\' && path[i + 1] === '/') {
      current += '/';
      i++;
    } else if (path[i] === '/') {
      parts.push(current);
      current = '';
    } else {
      current += path[i];
    }
  }
  parts.push(current);
  return parts[0] === '' ? parts.slice(1) : parts;
}
