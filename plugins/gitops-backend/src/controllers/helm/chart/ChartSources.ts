import {
  Artifact,
  externalArtifactKind,
  HelmRelease,
  kindByName,
  ociRepositoryKind,
  Reason,
} from '@backstage-gitops/plugin-gitops-common';
import { ArtifactNotFoundError } from '@backstage-gitops/plugin-gitops-node';
import { assertError } from '@backstage/errors';
import { ReconcileRun } from '../../../engine/reconcile/ReconcileRun';
import { ObjectReference } from '../../../homes/ObjectReference';
import { ExternalArtifacts } from '../../kustomize/ExternalArtifacts';
import { DEPENDENCY_RETRY_SECONDS } from '../../kustomize/loadSource';
import { ChartArchive, ChartArchives } from './ChartArchives';
import { templatedChart } from './chartTemplate';
import { ChartTemplates } from './ChartTemplates';
import { versionWithDigest } from './chartVersion';
import { ChartProblem, LoadedChart } from './LoadedChart';
import { ChartSource, sourceState } from './sourceState';

type Run = ReconcileRun<HelmRelease>;

/** How {@link ChartSources} works. */
export interface ChartSourcesOptions {
  archives: Pick<ChartArchives, 'get'>;
  external: Pick<ExternalArtifacts, 'fetch'>;
  noCrossNamespaceRefs: boolean;
}

/**
 * Where the charts of HelmReleases come from: a HelmChart that is made from
 * `spec.chart`, or the source that `spec.chartRef` names (helm-controller 1.6).
 */
export class ChartSources {
  private readonly options: ChartSourcesOptions;
  private readonly templates = new ChartTemplates();

  constructor(options: ChartSourcesOptions) {
    this.options = options;
  }

  /** What the chart of an object comes from. */
  references(object: HelmRelease): ObjectReference[] {
    const reference = referencedSource(object) ?? templatedChart(object);
    return reference ? [reference] : [];
  }

  /**
   * The chart as its source has it now. The HelmChart of `spec.chart` is made or
   * brought up to date before, and one that is not wanted any more is deleted.
   *
   * @throws what the cluster answers to writes
   */
  async load(run: Run): Promise<LoadedChart> {
    const { object } = run;
    const templated = templatedChart(object);
    const reference = referencedSource(object) ?? templated;
    if (!reference) {
      const message =
        'invalid Chart reference: set exactly one of spec.chart and spec.chartRef';
      return failed('InvalidChartReference', new Error(message));
    }
    const made = this.templates.madeFor(run);
    if (made && !isSame(made, templated)) {
      const denied = this.denied(run, made);
      if (denied) {
        return denied;
      }
      await this.templates.remove(run);
    }
    const denied = this.denied(run, reference);
    if (denied) {
      return denied;
    }
    const source =
      reference === templated
        ? await this.templates.apply(run, templated)
        : await this.read(run, reference);
    if (!source) {
      const message = `could not get Source object: ${reference.kind} '${reference.namespace}/${reference.name}' not found; create it, or correct spec.chartRef`;
      return failed(Reason.ArtifactFailed, new Error(message));
    }
    const state = sourceState(source as ChartSource, run.now());
    return state.type === 'unready'
      ? { ...state, type: 'pending', reason: 'SourceNotReady' }
      : this.loadArtifact(run, reference.kind, state.artifact);
  }

  /**
   * Deletes the HelmChart that was made for an object, if one was.
   *
   * @throws what the cluster answers
   */
  async remove(run: Run): Promise<void> {
    const made = this.templates.madeFor(run);
    // It is not ours to touch what we may not refer to.
    if (made && !this.denied(run, made)) {
      await this.templates.remove(run);
    }
  }

  private async read(
    { home, signal }: Run,
    reference: ObjectReference,
  ): Promise<ChartSource | undefined> {
    const kind = kindByName(reference.kind);
    return (
      kind &&
      home.readWatched<ChartSource>(
        { ...reference, apiVersion: kind.apiVersion },
        { signal },
      )
    );
  }

  private denied(
    { namespace: own }: Run,
    { kind, namespace, name }: ObjectReference,
  ): LoadedChart | undefined {
    return this.options.noCrossNamespaceRefs && namespace !== own
      ? {
          type: 'denied',
          reason: Reason.AccessDenied,
          message: `cross-namespace references are not allowed: cannot access ${kind} ${namespace}/${name}`,
        }
      : undefined;
  }

  private async loadArtifact(
    run: Run,
    kind: string,
    artifact: Artifact,
  ): Promise<LoadedChart> {
    let archive: ChartArchive;
    try {
      archive = await this.archiveOf(run, kind, artifact);
    } catch (error) {
      assertError(error);
      run.signal.throwIfAborted();
      return error instanceof ArtifactNotFoundError
        ? {
            type: 'pending',
            reason: Reason.ArtifactFailed,
            message: `Source not ready: artifact not found. Retrying in ${DEPENDENCY_RETRY_SECONDS}s`,
          }
        : failed(
            Reason.ArtifactFailed,
            error,
            `Could not load chart: ${error.message}${adviceFor(error)}`,
          );
    }
    const { bytes, digest, head } = archive;
    const { revision } = artifact;
    try {
      const tracked = isTracked(kind, revision)
        ? versionWithDigest(head.version, revision)
        : undefined;
      return {
        type: 'found',
        chart: {
          ...{ bytes, digest, artifact },
          ...head,
          ...(tracked && {
            version: tracked.version,
            ociDigest: tracked.digest,
          }),
          sourceRevision: revision,
        },
      };
    } catch (error) {
      assertError(error);
      return failed('ChartMutateError', error);
    }
  }

  /** From the store; what others keep is fetched into it first. */
  private async archiveOf(
    { signal }: Run,
    kind: string,
    artifact: Artifact,
  ): Promise<ChartArchive> {
    const { archives, external } = this.options;
    try {
      return await archives.get(artifact.digest);
    } catch (error) {
      if (
        !(error instanceof ArtifactNotFoundError) ||
        kind !== externalArtifactKind.kind
      ) {
        throw error;
      }
    }
    await external.fetch(artifact, signal);
    return archives.get(artifact.digest);
  }
}

/** The source of `spec.chartRef`; undefined without it. */
function referencedSource({
  metadata,
  spec,
}: HelmRelease): ObjectReference | undefined {
  const { chartRef } = spec;
  return (
    chartRef && {
      kind: chartRef.kind,
      namespace: chartRef.namespace ?? metadata.namespace ?? 'default',
      name: chartRef.name,
    }
  );
}

/** Whether the revision says more of the content than the version of the chart. */
function isTracked(kind: string, revision: string): boolean {
  return (
    kind === ociRepositoryKind.kind ||
    (kind === externalArtifactKind.kind && revision.includes(':'))
  );
}

/** Sources that are no packed charts hold the files of one all too often. */
function adviceFor({ message }: Error): string {
  return message.includes('outside the base directory')
    ? '; the artifact has to hold the chart in a directory of its own, as packed charts do'
    : '';
}

function isSame(a: ObjectReference, b: ObjectReference | undefined): boolean {
  return a.namespace === b?.namespace && a.name === b.name;
}

function failed(
  reason: string,
  error: Error,
  message = error.message,
): { type: 'failed'; error: Error } & ChartProblem {
  return { type: 'failed', reason, message, error };
}
