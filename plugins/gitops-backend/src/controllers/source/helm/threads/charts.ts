import {
  Chart,
  ChartDependency,
  ChartFile,
  ChartLimits,
  loadChartArchive,
  loadChartDirectory,
  mergeValuesFiles,
  missingDependencies,
  packageChart,
  PackagingError,
} from '@backstage-gitops/helm';
import { MemoryDirectory } from './MemoryDirectory';

/** A chart as it is found: packed, or as the files of its directory. */
export type ChartInput =
  | { archive: Uint8Array }
  /** Names are relative to the chart; `.helmignore` counts. */
  | { files: readonly ChartFile[] };

/** What is known of a chart once it is loaded. */
export interface InspectedChart {
  name: string;
  version: string;
  /** Those that its `charts/` lacks. */
  missing: readonly ChartDependency[];
}

/** A chart with those that are put into its `charts/`. */
export interface ChartWithDependencies {
  chart: ChartInput;
  dependencies: readonly ChartWithDependencies[];
}

/** How the values of a chart are made. */
export interface ValuesInput {
  /** In the order in which they are merged. */
  paths: readonly string[];
  ignoreMissing: boolean;
  /** Contents by path; without it, the files are those of the chart. */
  files?: ReadonlyMap<string, Uint8Array>;
}

/** A chart that is to be packed. */
export interface PackTask {
  chart: ChartWithDependencies;
  /** That it gets. */
  version: string;
  values?: ValuesInput;
}

/** A packed chart. */
export interface PackedChart {
  archive: Uint8Array;
  /** Values files that were there and are merged. */
  valuesFiles: readonly string[];
}

/** Bounds of a chart with all charts in it are those of Helm 4.2. */
const LIMITS: ChartLimits = {};
const VALUES_FILE = 'values.yaml';

/** @throws ChartError, PackagingError */
export async function inspectChart(input: ChartInput): Promise<InspectedChart> {
  const chart = await load(input);
  const { name, version } = chart.metadata;
  return {
    name,
    version,
    missing: 'files' in input ? missingDependencies(chart) : [],
  };
}

/** @throws ChartError, PackagingError */
export async function packChart(task: PackTask): Promise<PackedChart> {
  const chart = await loadWithDependencies(task.chart);
  const { values } = task;
  const merged =
    values &&
    mergeValuesFiles(chart, {
      paths: values.paths,
      ignoreMissing: values.ignoreMissing,
      readFile: values.files && (path => values.files!.get(path)),
    });
  if (merged && !chart.raw.some(({ name }) => name === VALUES_FILE)) {
    throw new PackagingError(
      'missing-values-file',
      `failed to locate values file: ${VALUES_FILE}`,
      { file: VALUES_FILE },
    );
  }
  const { archive } = await packageChart(chart, {
    version: task.version,
    // Those of no file are empty, even so (Flux 2.9).
    values: merged?.values,
  });
  return { archive, valuesFiles: merged?.used ?? [] };
}

async function loadWithDependencies({
  chart: input,
  dependencies,
}: ChartWithDependencies): Promise<Chart> {
  const chart = await load(input);
  if (dependencies.length > 0) {
    const added: Chart[] = [];
    for (const dependency of dependencies) {
      added.push(await loadWithDependencies(dependency));
    }
    chart.setDependencies([...chart.dependencies, ...added]);
  }
  return chart;
}

function load(input: ChartInput): Promise<Chart> {
  if ('archive' in input) {
    return loadChartArchive(input.archive, { limits: LIMITS });
  }
  if (input.files.length === 0) {
    throw new PackagingError('not-found', 'there is no chart at this path');
  }
  return loadChartDirectory(new MemoryDirectory(input.files), {
    limits: LIMITS,
  });
}
