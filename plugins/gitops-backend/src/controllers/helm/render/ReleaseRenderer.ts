import { Chart, processDependencies, Values } from '@backstage-gitops/helm';
import type { RenderRelease } from '@backstage-gitops/helm/actions';
import type { ClusterClient } from '@backstage-gitops/kubernetes-apply';
import type { HelmRelease } from '@backstage-gitops/plugin-gitops-common';
import type { ReconcileRun } from '../../../engine/reconcile/ReconcileRun';
import { LoadingCache } from '../../../util/LoadingCache';
import { chartSize } from '../../../workers/chartTree';
import type {
  ArchivedChart,
  RenderThreads,
} from '../../../workers/RenderThreads';
import { CapabilitiesCache } from './Capabilities';
import { lookUp } from './lookup';
import { postRenderPlan } from './postRenderPlan';
import { SecretMask } from './SecretMask';

type Run = Pick<ReconcileRun<HelmRelease>, 'object' | 'home' | 'id'>;

/** With what a chart is rendered for a HelmRelease. */
export interface RendererSettings {
  chart: ArchivedChart;
  /** As they were composed. */
  values: Values;
  /** Of the release's cluster, as its identity: for capabilities and `lookup`. */
  client: ClusterClient;
  signal: AbortSignal;
  /** Values are not held against the schemas of charts. */
  skipSchema?: boolean;
  /** What must not be told when a chart fails. */
  mask?: SecretMask;
  /** Told what Helm warns of. */
  onWarnings?: (warnings: readonly string[]) => void;
}

/**
 * Renders charts for HelmReleases, in threads, with all that Flux 2.9 does to
 * objects afterwards.
 */
export class ReleaseRenderer {
  private readonly threads: RenderThreads;
  private readonly capabilities: CapabilitiesCache;
  private readonly charts: LoadingCache<Chart>;
  /** What is being loaded, by the key of the cache. */
  private readonly wanted = new Map<string, ArchivedChart>();

  constructor(options: {
    threads: RenderThreads;
    capabilities?: CapabilitiesCache;
    /** Bytes of files of charts that are kept. Default 64 MiB. */
    maxCachedBytes?: number;
  }) {
    this.threads = options.threads;
    this.capabilities = options.capabilities ?? new CapabilitiesCache();
    this.charts = new LoadingCache({
      load: key => this.load(key),
      weigh: chartSize,
      maxWeight: options.maxCachedBytes ?? 64 * 1024 * 1024,
    });
  }

  /**
   * The rendering for the actions of `@backstage-gitops/helm`. It rejects with
   * CapabilitiesError, ClusterError and what RenderThreads.render rejects with;
   * values of Secrets that `mask` knows are not in its words.
   */
  rendererFor(run: Run, settings: RendererSettings): RenderRelease {
    const { chart, values, client, signal, mask } = settings;
    const postRender = postRenderPlan(run.object);
    return async release => {
      signal.throwIfAborted();
      const { kubeVersion, apiVersions } = await this.capabilities.of(
        clusterOf(run),
        client,
      );
      try {
        const rendered = await this.threads.render({
          ...{ chart, values, release, kubeVersion, apiVersions },
          ...{ postRender, signal },
          skipSchema: settings.skipSchema,
          lookup: query => lookUp(query, { client, apiVersions, signal }),
        });
        const { manifest, hooks, notes, warnings } = rendered;
        settings.onWarnings?.(
          warnings.map(warning => mask?.mask(warning) ?? warning),
        );
        const processed = await this.processed(chart, values, signal);
        return { chart: processed, config: values, manifest, hooks, notes };
      } catch (error) {
        signal.throwIfAborted();
        throw mask ? mask.maskError(error) : error;
      }
    };
  }

  /**
   * A chart as it was packed, its dependencies not processed yet; it is shared, and
   * must not be changed.
   *
   * @throws as RenderThreads.load
   */
  async chartOf(chart: ArchivedChart, signal: AbortSignal): Promise<Chart> {
    signal.throwIfAborted();
    const key = `${chart.digest} ${chart.version ?? ''}`;
    this.wanted.set(key, chart);
    try {
      return await this.charts.get(key);
    } finally {
      this.wanted.delete(key);
    }
  }

  /** What its cluster serves may be something else from now on. */
  forgetCapabilities(run: Run): void {
    this.capabilities.forget(clusterOf(run));
  }

  /** As a release stores it. */
  private async processed(
    chart: ArchivedChart,
    values: Values,
    signal: AbortSignal,
  ): Promise<Chart> {
    const loaded = await this.chartOf(chart, signal);
    // What it warns of was told by the rendering.
    return processDependencies(loaded, values);
  }

  private load(key: string): Promise<Chart> {
    // Several may wait for it: it ends by its own limit of time.
    return this.threads.load(
      this.wanted.get(key)!,
      new AbortController().signal,
    );
  }
}

/** Another cluster is known by the release only, which chose its address. */
function clusterOf({ object, home, id }: Run): string {
  return object.spec.kubeConfig ? `release ${id}` : `home ${home.name}`;
}
