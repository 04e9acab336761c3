import {
  compareVersions,
  Constraint,
  parseVersion,
  SemverError,
  Version,
} from '../semver';
import { RepositoryError } from './RepositoryError';
import { IndexedChart, RepositoryIndex } from './RepositoryIndex';

/**
 * The version of a chart that a range means: the one that is spelled like it,
 * or else the highest in the range. Pre-releases are in ranges that have one
 * themselves (`>0.0.0-0` has them all). No range is `*`. Of versions that
 * differ only in their build metadata, the one created last is taken (Flux
 * 2.9; Helm 4.2 says nothing about it).
 *
 * @throws RepositoryError `chart-not-found`, `version-not-found`,
 * `invalid-range`
 * @public
 */
export function findChartVersion(
  index: RepositoryIndex,
  name: string,
  range = '',
): IndexedChart {
  const charts = index.entries.get(name);
  if (!charts) {
    throw new RepositoryError(
      'chart-not-found',
      `the repository has no chart ${show(name)}`,
    );
  }
  const exact =
    range && charts.find(({ metadata }) => metadata.version === range);
  if (exact) {
    return exact;
  }
  const constraint = parseRange(range);
  let best: { chart: IndexedChart; version: Version } | undefined;
  for (const chart of charts) {
    const version = parseVersion(chart.metadata.version);
    if (best && compareVersions(version, best.version) !== 0) {
      break;
    }
    if (
      constraint.check(version).matches &&
      (!best || createdAt(chart) > createdAt(best.chart))
    ) {
      best = { chart, version };
    }
  }
  if (!best) {
    throw new RepositoryError(
      'version-not-found',
      `no ${show(name)} chart with version matching ${show(range || '*')} found`,
    );
  }
  return best.chart;
}

/**
 * A range of versions; none is `*`.
 *
 * @throws RepositoryError `invalid-range`
 */
function parseRange(range: string): Constraint {
  try {
    return Constraint.parse(range || '*');
  } catch (error) {
    if (error instanceof SemverError) {
      throw new RepositoryError(
        'invalid-range',
        `${show(range)} is neither a version nor a range of versions: ${error.message}`,
        { cause: error },
      );
    }
    throw error;
  }
}

function createdAt({ created }: IndexedChart): number {
  return created === undefined ? -Infinity : Date.parse(created);
}

function show(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
