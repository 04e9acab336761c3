import { assertError } from '@backstage/errors';
import {
  Artifact,
  ConditionType,
  parseRevision,
  Reason,
} from '@backstage-gitops/plugin-gitops-common';
import { SourceFetchError } from '@backstage-gitops/plugin-gitops-node';
import { buildFailure, codeOf } from './buildFailure';
import { DependencyBuilder } from './DependencyBuilder';
import { ChartBuild, ChartBuildOptions, packedVersion } from './ChartBuild';
import { LocalCharts, pathInSource } from './LocalCharts';
import { packFailure } from './packFailure';
import {
  ChartInput,
  ChartWithDependencies,
  InspectedChart,
  ValuesInput,
} from './threads/charts';

/** Characters of a revision that a version shows (Flux 2.9). */
const SHORT = 12;

/** What is wrong with a path where there is no chart, as opposed to a bad one. */
const NO_CHART = new Set([
  'missing-chart-file',
  'invalid-chart-file',
  'invalid-metadata',
  'unsupported-version',
  'invalid-archive',
]);

/**
 * Makes a chart of a directory, or of a packed chart, in the artifact of another
 * source (Flux 2.9).
 *
 * @throws SourceFetchError
 */
export async function buildLocalChart(
  artifact: Artifact,
  options: ChartBuildOptions,
): Promise<ChartBuild> {
  const unchanged = ofSameSource(artifact, options);
  if (unchanged) {
    return unchanged;
  }
  const { context, valuesFiles, work, repositories } = options;
  const { signal } = context;
  const local = await openSource(artifact, options);
  const path = pathInSource(context.object.spec.chart);
  const { chart, inspected } = await load(local, path, options);
  const { name } = inspected;
  const metadata = versionMetadata(artifact, options);
  const version = packedVersion(inspected.version, metadata);
  const isDirectory = 'files' in chart;
  const isPackaged = isDirectory || metadata !== '';
  if (options.isStored(name, version)) {
    return { name, version, isPackaged };
  }
  if (!isDirectory && !isPackaged) {
    return { name, version, isPackaged, ...chart, valuesFiles: [] };
  }
  const values =
    valuesFiles.length > 0 ? await readValues(local, options) : undefined;
  let whole: ChartWithDependencies = { chart, dependencies: [] };
  if (isDirectory) {
    const builder = new DependencyBuilder({
      ...{ local, repositories, work, signal },
    });
    try {
      whole = await builder.build(path, chart, inspected.missing);
    } catch (error) {
      assertError(error);
      signal.throwIfAborted();
      throw buildFailure('DependencyBuildError', error.message);
    }
  }
  try {
    const packed = await work.pack({ chart: whole, version, values }, signal);
    return { name, version, isPackaged, ...packed };
  } catch (error) {
    signal.throwIfAborted();
    throw packFailure(error, { load: '', merge: '' });
  }
}

/**
 * The stored chart, where it was made of this very artifact and all went well:
 * there is nothing to be unpacked then.
 */
function ofSameSource(
  artifact: Artifact,
  { context, isStored }: ChartBuildOptions,
): ChartBuild | undefined {
  const { status } = context.object;
  const name = status?.observedChartName;
  const version = context.artifact?.revision;
  const went = context.object.status?.conditions?.find(
    ({ type }) => type === ConditionType.ArtifactInStorage,
  );
  return name !== undefined &&
    version !== undefined &&
    went?.status === 'True' &&
    status?.observedSourceArtifactRevision === artifact.revision &&
    status.conditions?.some(
      ({ type, status: is }) => type === ConditionType.Ready && is === 'True',
    ) &&
    isStored(name, version)
    ? {
        name,
        version,
        isPackaged: went.reason === Reason.ChartPackageSucceeded,
      }
    : undefined;
}

async function openSource(
  artifact: Artifact,
  { context }: ChartBuildOptions,
): Promise<LocalCharts> {
  try {
    return await LocalCharts.open(context, artifact);
  } catch (error) {
    assertError(error);
    context.signal.throwIfAborted();
    throw new SourceFetchError(
      codeOf(error) === 'GITOPS_BAD_ARCHIVE'
        ? `artifact untar error: ${error.message}`
        : `failed to open source artifact: ${error.message}`,
      {
        reason:
          codeOf(error) === 'GITOPS_BAD_ARCHIVE'
            ? Reason.Failed
            : Reason.ReadOperationFailed,
      },
    );
  }
}

async function load(
  local: LocalCharts,
  path: string,
  { context, work }: ChartBuildOptions,
): Promise<{ chart: ChartInput; inspected: InspectedChart }> {
  try {
    const chart = await local.chart(path);
    if (!chart) {
      throw buildFailure(
        'InvalidChartReference',
        `no chart found at path '${context.object.spec.chart}'`,
      );
    }
    return { chart, inspected: await work.inspect(chart, context.signal) };
  } catch (error) {
    assertError(error);
    context.signal.throwIfAborted();
    if (error instanceof SourceFetchError) {
      throw error;
    }
    throw buildFailure(
      NO_CHART.has(codeOf(error) ?? '')
        ? 'InvalidChartReference'
        : 'ChartPackageError',
      error.message,
    );
  }
}

/** What tells charts of one version apart: the source, and the values files. */
function versionMetadata(
  artifact: Artifact,
  { context, valuesFiles }: ChartBuildOptions,
): string {
  const { spec, metadata } = context.object;
  const parts: string[] = [];
  if (spec.reconcileStrategy === 'Revision') {
    const { hash, pointer } = parseRevision(artifact.revision);
    parts.push((hash ?? pointer ?? '').slice(0, SHORT));
  }
  if (valuesFiles.length > 0) {
    parts.push(`${metadata.generation}`);
  }
  return parts.join('.');
}

async function readValues(
  local: LocalCharts,
  { context, valuesFiles }: ChartBuildOptions,
): Promise<ValuesInput> {
  const files = new Map<string, Uint8Array>();
  const ignoreMissing = context.object.spec.ignoreMissingValuesFiles ?? false;
  for (const reference of valuesFiles) {
    const path = pathInSource(reference);
    let content: Uint8Array | undefined;
    try {
      content = await local.file(path);
    } catch (error) {
      assertError(error);
      throw buildFailure(
        'ValuesFilesError',
        `could not read values from file '${reference}': ${error.message}`,
      );
    }
    if (content) {
      files.set(reference, content);
    } else if (!ignoreMissing) {
      throw buildFailure(
        'ValuesFilesError',
        `no values file found at path '/${path}' (reference '${reference}')`,
      );
    }
  }
  return { paths: valuesFiles, ignoreMissing, files };
}
