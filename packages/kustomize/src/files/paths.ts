/** Resolves `.`, `..` and double slashes; `..` stops at the root. */
export function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') {
      parts.pop();
    } else if (part !== '' && part !== '.') {
      parts.push(part);
    }
  }
  return `/${parts.join('/')}`;
}

/** Joins as `cleanPath`; an absolute second path replaces the first. */
export function joinPath(base: string, path: string): string {
  return cleanPath(path.startsWith('/') ? path : `${base}/${path}`);
}

/** The directory that holds a path. */
export function parentPath(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** True where `path` is `directory` or lies below it. */
export function isWithin(path: string, directory: string): boolean {
  return (
    directory === '/' || path === directory || path.startsWith(`${directory}/`)
  );
}

/** The last name of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
