import type { ChartDependency } from '../charts';
import { normalizeRepositoryUrl, RepositoryError } from '../repositories';
import { PackagingError, show } from './PackagingError';

/**
 * Where a dependency is to be found, after its `repository`:
 *
 * - `charts`: in the chart itself, since it names no repository
 * - `directory`: beside the chart (`file://`), below the root of the source
 * - `index`: in a repository with an index (`http://`, `https://`)
 * - `oci`: in a registry (`oci://`)
 *
 * @public
 */
export type DependencyLocation =
  | { readonly kind: 'charts'; readonly path: string }
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'index'; readonly repositoryUrl: string }
  | { readonly kind: 'oci'; readonly reference: string };

/**
 * What is known of the place of a chart.
 *
 * @public
 */
export interface LocateOptions {
  /** Directory of the chart, below the root of its source. Default: the root. */
  chartPath?: string;
  /** URLs by the names that `@name` and `alias:name` refer to. */
  aliases?: ReadonlyMap<string, string>;
}

/**
 * Takes the `repository` of a dependency apart. Local paths are below the root
 * of the source, absolute ones (`file:///x`) below the chart, as in Flux 2.9; one
 * that leaves the root is refused. URLs come normalised.
 *
 * @throws PackagingError `invalid-repository`, `unknown-alias`, `outside-root`
 * @public
 */
export function locateDependency(
  dependency: Pick<ChartDependency, 'name' | 'repository'>,
  options: LocateOptions = {},
): DependencyLocation {
  const { name, repository } = dependency;
  if (!isSegment(name)) {
    throw new PackagingError(
      'invalid-repository',
      `a dependency cannot have the name ${show(name)}`,
      { file: 'Chart.yaml' },
    );
  }
  if (repository === '') {
    return { kind: 'charts', path: `charts/${name}` };
  }
  const alias = /^(?:@|alias:)(.*)$/s.exec(repository)?.[1];
  if (alias !== undefined) {
    const url = options.aliases?.get(alias);
    if (url === undefined) {
      throw new PackagingError(
        'unknown-alias',
        `dependency ${show(name)}: there is no repository with the name ${show(alias)}; its URL is needed`,
        { file: 'Chart.yaml' },
      );
    }
    return locateUrl(name, url);
  }
  if (repository.startsWith('file://')) {
    const path = repository.slice('file://'.length);
    return {
      kind: 'directory',
      path: localPath(name, `${options.chartPath ?? ''}/${path}`),
    };
  }
  return locateUrl(name, repository);
}

function locateUrl(name: string, url: string): DependencyLocation {
  const scheme = /^([a-z]+):\/\/[^/]/i.exec(url)?.[1].toLowerCase();
  try {
    if (scheme === 'http' || scheme === 'https') {
      return { kind: 'index', repositoryUrl: normalizeRepositoryUrl(url) };
    }
    if (scheme === 'oci') {
      return {
        kind: 'oci',
        reference: `${normalizeRepositoryUrl(url)}/${name}`,
      };
    }
  } catch (error) {
    if (!(error instanceof RepositoryError)) {
      throw error;
    }
  }
  throw new PackagingError(
    'invalid-repository',
    `dependency ${show(name)}: its repository must be empty, file://, http://, https:// or oci:// with a path`,
    { file: 'Chart.yaml' },
  );
}

function localPath(name: string, path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) {
        throw new PackagingError(
          'outside-root',
          `dependency ${show(name)}: its path leaves the source of the chart`,
          { file: 'Chart.yaml' },
        );
      }
    } else if (/[\\\0]/.test(part)) {
      throw new PackagingError(
        'invalid-repository',
        `dependency ${show(name)}: its path has characters that no path may have`,
        { file: 'Chart.yaml' },
      );
    } else if (part !== '' && part !== '.') {
      parts.push(part);
    }
  }
  return parts.join('/');
}

function isSegment(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name);
}
