import { GoFunction, goFunction, STRING } from '@backstage-gitops/go-template';

/**
 * Go's `path.Clean`: the shortest path of the same meaning. A path above the
 * root is the root; the empty path is `.`.
 */
function clean(path: string): string {
  const rooted = path.startsWith('/');
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') {
      parts.pop();
    } else if (part === '..' ? !rooted : part !== '' && part !== '.') {
      parts.push(part);
    }
  }
  return (rooted ? '/' : '') + parts.join('/') || '.';
}

function base(path: string): string {
  if (path === '') {
    return '.';
  }
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') {
    end--;
  }
  return path.slice(path.lastIndexOf('/', end - 1) + 1, end) || '/';
}

function dir(path: string): string {
  return clean(path.slice(0, path.lastIndexOf('/') + 1));
}

function ext(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot);
}

function isAbs(path: string): boolean {
  return path.startsWith('/');
}

const FUNCTIONS: Readonly<Record<string, (path: string) => unknown>> = {
  base,
  dir,
  clean,
  ext,
  isAbs,
};

/**
 * Functions of paths, Go's `path` and `path/filepath`. Charts give the same
 * output everywhere, so paths of the system are those of Unix.
 */
export const pathFunctions: ReadonlyMap<string, GoFunction> = new Map(
  Object.entries(FUNCTIONS).flatMap(([name, call]) => {
    const fn = goFunction([STRING], call);
    const osName = `os${name[0].toUpperCase()}${name.slice(1)}`;
    return [[name, fn] as const, [osName, fn] as const];
  }),
);
