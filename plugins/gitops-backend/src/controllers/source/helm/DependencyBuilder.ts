import { assertError } from '@backstage/errors';
import {
  ChartDependency,
  Constraint,
  locateDependency,
  parseVersion,
} from '@backstage-gitops/helm';
import { ChartRepositories } from './ChartRepositories';
import { LocalCharts } from './LocalCharts';
import {
  ChartInput,
  ChartWithDependencies,
  InspectedChart,
} from './threads/charts';
import { ChartWork } from './threads/ChartWork';

/** Charts within charts within charts. */
const MAX_DEPTH = 10;
const MAX_DEPENDENCIES = 100;
/** Packed bytes of all that are fetched for one chart. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Fetched at once. */
const CONCURRENCY = 4;

/** What {@link DependencyBuilder} is made of. */
export interface DependencyBuilderOptions {
  local: LocalCharts;
  repositories: ChartRepositories;
  work: ChartWork;
  signal: AbortSignal;
}

/**
 * Brings together what a chart's directory lacks in its `charts/` (Flux 2.9):
 * charts of repositories, and others of the same source, with what those lack.
 */
export class DependencyBuilder {
  private readonly options: DependencyBuilderOptions;
  private count = 0;
  private bytes = 0;

  constructor(options: DependencyBuilderOptions) {
    this.options = options;
  }

  /**
   * @param path - of the chart, in the source
   * @param parents - paths of the local charts that it is a dependency of
   */
  async build(
    path: string,
    chart: ChartInput,
    missing: readonly ChartDependency[],
    parents: readonly string[] = [],
  ): Promise<ChartWithDependencies> {
    if (parents.length >= MAX_DEPTH) {
      throw new Error(
        `charts depend on each other more than ${MAX_DEPTH} levels deep`,
      );
    }
    const wanted = withoutDuplicates(missing);
    this.count += wanted.length;
    if (this.count > MAX_DEPENDENCIES) {
      throw new Error(
        `the chart has more than ${MAX_DEPENDENCIES} dependencies`,
      );
    }
    const dependencies: ChartWithDependencies[] = [];
    for (let at = 0; at < wanted.length; at += CONCURRENCY) {
      dependencies.push(
        ...(await Promise.all(
          wanted
            .slice(at, at + CONCURRENCY)
            .map(dependency => this.add(path, dependency, [...parents, path])),
        )),
      );
    }
    return { chart, dependencies };
  }

  private async add(
    path: string,
    dependency: ChartDependency,
    parents: readonly string[],
  ): Promise<ChartWithDependencies> {
    const { name, repository } = dependency;
    const isLocal = repository === '' || repository.startsWith('file://');
    try {
      const location = locateDependency(dependency, { chartPath: path });
      switch (location.kind) {
        case 'charts':
          return await this.addLocal(
            [path, location.path].filter(Boolean).join('/'),
            dependency,
            parents,
          );
        case 'directory':
          return await this.addLocal(location.path, dependency, parents);
        case 'index':
          return await this.addRemote(location.repositoryUrl, dependency);
        default:
          return await this.addRemote(
            location.reference.slice(0, -name.length - 1),
            dependency,
          );
      }
    } catch (error) {
      assertError(error);
      this.options.signal.throwIfAborted();
      throw new Error(
        `failed to add ${isLocal ? 'local' : 'remote'} dependency '${name}': ${error.message}`,
      );
    }
  }

  private async addLocal(
    path: string,
    dependency: ChartDependency,
    parents: readonly string[],
  ): Promise<ChartWithDependencies> {
    const { local, work, signal } = this.options;
    const where = `'/${path}' (reference '${dependency.repository}')`;
    if (parents.includes(path)) {
      throw new Error(`the chart at ${where} depends on itself`);
    }
    const chart = await local.chart(path);
    if (!chart) {
      throw new Error(`no chart found at ${where}`);
    }
    let inspected: InspectedChart;
    try {
      inspected = await work.inspect(chart, signal);
    } catch (error) {
      assertError(error);
      throw new Error(`failed to load chart from ${where}: ${error.message}`);
    }
    if (
      !Constraint.parse(dependency.version || '*').check(
        parseVersion(inspected.version),
      ).matches
    ) {
      throw new Error(
        `can't get a valid version for constraint '${dependency.version}'`,
      );
    }
    return this.build(path, chart, inspected.missing, parents);
  }

  private async addRemote(
    url: string,
    { name, version, repository }: ChartDependency,
  ): Promise<ChartWithDependencies> {
    const charts = await this.options.repositories.at(url);
    let found;
    try {
      found = await charts.find(name, version);
    } catch (error) {
      assertError(error);
      throw new Error(
        `failed to get chart '${name}' version '${version}' from '${repository}': ${error.message}`,
      );
    }
    let archive: Buffer;
    try {
      archive = await charts.fetch(found);
    } catch (error) {
      assertError(error);
      throw new Error(
        `chart download of version '${found.version}' failed: ${error.message}`,
      );
    }
    this.bytes += archive.length;
    if (this.bytes > MAX_BYTES) {
      throw new Error(
        `the dependencies are larger than the ${MAX_BYTES} bytes that are allowed`,
      );
    }
    return { chart: { archive }, dependencies: [] };
  }
}

/** One chart may be there under several aliases; it is added once, as Helm does. */
function withoutDuplicates(
  dependencies: readonly ChartDependency[],
): ChartDependency[] {
  const byChart = new Map(
    dependencies.map(dependency => [
      JSON.stringify([
        dependency.name,
        dependency.version,
        dependency.repository,
      ]),
      dependency,
    ]),
  );
  return [...byChart.values()];
}
