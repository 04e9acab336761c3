import type { Chart, ChartDependency } from '../charts';
import {
  findChartVersion,
  RepositoryError,
  RepositoryIndex,
  resolveChartUrl,
} from '../repositories';
import {
  compareVersions,
  Constraint,
  parseVersion,
  SemverError,
  Version,
} from '../semver';
import { isLockInSync } from './lockDigest';
import {
  DependencyLocation,
  locateDependency,
  LocateOptions,
} from './locateDependency';
import { PackagingError, show } from './PackagingError';

/**
 * What dependencies are resolved with. What a function answers undefined for is
 * not known.
 *
 * @public
 */
export interface ResolveOptions extends LocateOptions {
  /** The index of a repository, by the normalised URL. */
  index?: (repositoryUrl: string) => RepositoryIndex | undefined;
  /** Versions in a registry; tags have `_` where versions have `+`. */
  tags?: (reference: string) => readonly string[] | undefined;
  /** Version of a local chart, by its path; where unknown, it is not checked. */
  localVersion?: (path: string) => string | undefined;
}

/**
 * A dependency with what is to be fetched for it.
 *
 * @public
 */
export interface ResolvedDependency {
  /** As Chart.yaml or Chart.lock has it. */
  readonly requirement: ChartDependency;
  readonly location: DependencyLocation;
  /** The exact one; of a local chart whose version is not known, the range. */
  readonly version: string;
  /** For an `index`: where the archive is. */
  readonly url?: string;
  /** For an `index`: SHA-256 of the archive; undefined where it does not tell. */
  readonly digest?: string;
}

/**
 * The dependencies that `charts/` of a chart lacks: of Chart.lock if it is in
 * sync with Chart.yaml, or else of Chart.yaml (Flux 2.9).
 *
 * @public
 */
export function missingDependencies(chart: Chart): readonly ChartDependency[] {
  const { metadata, lock } = chart;
  const present = new Set(chart.dependencies.map(({ name }) => name));
  const wanted =
    lock && isLockInSync(metadata, lock)
      ? lock.dependencies
      : (metadata.dependencies ?? []);
  return wanted.filter(({ name }) => !present.has(name));
}

/**
 * Says what is to be fetched for dependencies, from where and in which version.
 * Nothing is fetched. All that cannot be found are named in one error.
 *
 * @throws PackagingError `invalid-range`, `invalid-repository`,
 * `unknown-alias`, `unknown-repository`, `outside-root`, `not-found`
 * @public
 */
export function resolveDependencies(
  requirements: readonly ChartDependency[],
  options: ResolveOptions = {},
): ResolvedDependency[] {
  const missing: string[] = [];
  const resolved = requirements.flatMap(requirement => {
    const range = parseRange(requirement);
    const location = locateDependency(requirement, options);
    const found = resolve(requirement, location, range, options);
    if (!found) {
      missing.push(`${show(requirement.name)} ${show(requirement.version)}`);
      return [];
    }
    return [{ requirement, location, ...found }];
  });
  if (missing.length > 0) {
    throw new PackagingError(
      'not-found',
      `there is no valid version of ${missing.length} dependencies: ${missing.slice(0, 20).join(', ')}`,
      { file: 'Chart.yaml' },
    );
  }
  return resolved;
}

type Found = Pick<ResolvedDependency, 'version' | 'url' | 'digest'>;

function resolve(
  { name, version }: ChartDependency,
  location: DependencyLocation,
  range: Constraint,
  options: ResolveOptions,
): Found | undefined {
  switch (location.kind) {
    case 'charts':
    case 'directory': {
      const local = options.localVersion?.(location.path);
      return local === undefined || matches(range, local)
        ? { version: local ?? version }
        : undefined;
    }
    case 'index': {
      const { repositoryUrl } = location;
      const index = options.index?.(repositoryUrl);
      if (!index) {
        throw unknownRepository(name, 'the index of its repository');
      }
      return resolveInIndex(index, repositoryUrl, name, version);
    }
    default: {
      if (asVersion(version)) {
        return { version };
      }
      const tags = options.tags?.(location.reference);
      if (!tags) {
        throw unknownRepository(name, 'the list of its versions');
      }
      const highest = highestOf(tags, range);
      return highest === undefined ? undefined : { version: highest };
    }
  }
}

function resolveInIndex(
  index: RepositoryIndex,
  repositoryUrl: string,
  name: string,
  range: string,
): Found | undefined {
  // Helm passes over those that cannot be fetched.
  const charts = (index.entries.get(name) ?? []).filter(
    ({ urls }) => urls.length > 0,
  );
  try {
    const { metadata, urls, digest } = findChartVersion(
      { ...index, entries: new Map([[name, charts]]) },
      name,
      range,
    );
    return {
      version: metadata.version,
      url: resolveChartUrl(repositoryUrl, urls[0]),
      digest: digest.replace(/^sha256:/, '') || undefined,
    };
  } catch (error) {
    if (error instanceof RepositoryError) {
      if (error.code === 'version-not-found') {
        return undefined;
      }
      throw new PackagingError(
        'invalid-repository',
        `dependency ${show(name)}: the index has an address that cannot be parsed`,
        { cause: error },
      );
    }
    throw error;
  }
}

function highestOf(
  tags: readonly string[],
  range: Constraint,
): string | undefined {
  let highest: Version | undefined;
  for (const tag of tags) {
    const version = asVersion(tag.replaceAll('_', '+'));
    if (
      version &&
      range.check(version).matches &&
      (!highest || compareVersions(version, highest) > 0)
    ) {
      highest = version;
    }
  }
  return highest?.original;
}

function matches(range: Constraint, version: string): boolean {
  const parsed = asVersion(version);
  return parsed !== undefined && range.check(parsed).matches;
}

function asVersion(text: string): Version | undefined {
  try {
    return parseVersion(text);
  } catch (error) {
    if (error instanceof SemverError) {
      return undefined;
    }
    throw error;
  }
}

function parseRange({ name, version }: ChartDependency): Constraint {
  try {
    return Constraint.parse(version || '*');
  } catch (cause) {
    if (cause instanceof SemverError) {
      throw new PackagingError(
        'invalid-range',
        `dependency ${show(name)} has an invalid version or range: ${cause.message}`,
        { file: 'Chart.yaml', cause },
      );
    }
    throw cause;
  }
}

function unknownRepository(name: string, lacking: string): PackagingError {
  return new PackagingError(
    'unknown-repository',
    `dependency ${show(name)} cannot be resolved without ${lacking}`,
    { file: 'Chart.yaml' },
  );
}
