import {
  Chart,
  Hook,
  LookupQuery,
  ReleaseOptions,
  RenderError,
  Values,
} from '@backstage-gitops/helm';
import { serialize } from 'node:v8';
import type { PostRenderPlan } from '../controllers/helm/render/postRenderPlan';
import { ChartTree, growChart } from './chartTree';
import {
  RenderInterruptedError,
  RenderOutOfMemoryError,
  RenderTimeoutError,
  ValuesTooLargeError,
} from './errors';
import type { WorkerSettings } from './ManifestBuilder';
import {
  ChartSummary,
  LookupAnswer,
  RenderResult,
  RenderTask,
  ThreadChart,
  ThreadRenderer,
} from './ThreadRenderer';
import { WorkerError, WorkerPool } from './WorkerPool';

/** A packed chart, for threads. */
export interface ArchivedChart {
  bytes: Buffer;
  /** Of these bytes: threads keep charts that they have loaded by it. */
  digest: string;
  /** In place of that in Chart.yaml. */
  version?: string;
}

/** A chart that is to be rendered for a release. */
export interface RenderRequest {
  chart: ArchivedChart;
  /** Of the user. */
  values: Values;
  release: ReleaseOptions;
  /** The cluster's; without them, those that Helm assumes. */
  kubeVersion?: string;
  apiVersions?: readonly string[];
  /**
   * What templates look up; null where there is no such object. A `lookup-failed`
   * is an error of the template that asks. Without it, nothing is found.
   */
  lookup?: (query: LookupQuery, signal: AbortSignal) => Promise<object | null>;
  postRender?: PostRenderPlan;
  /** Values are not held against the schemas of charts. */
  skipSchema?: boolean;
  signal: AbortSignal;
}

/** What a chart renders to. */
export interface RenderedRelease {
  /** Of all objects but hooks, in the order in which they are installed. */
  manifest: string;
  hooks: Hook[];
  notes: string;
  warnings: string[];
}

/** How often a chart may want more objects after those that it was given. */
const ROUNDS = 20;
/** Bytes of values, as structured clone writes them. */
const MAX_VALUES = 8 * 1024 * 1024;

/**
 * Loads and renders charts in worker threads: what a chart does, the event loop
 * goes on.
 */
export class RenderThreads {
  private readonly pool: WorkerPool | undefined;
  private readonly inline = new ThreadRenderer();
  private readonly shared = new WeakMap<Buffer, SharedArrayBuffer>();
  private readonly maxValuesBytes: number;

  constructor(options: {
    /** Default: no threads. */
    workers?: WorkerSettings;
    /** Values that are larger are refused. Default 8 MiB. */
    maxValuesBytes?: number;
  }) {
    this.maxValuesBytes = options.maxValuesBytes ?? MAX_VALUES;
    this.pool = options.workers?.threads
      ? new WorkerPool({
          ...options.workers,
          entry:
            require.resolve('@backstage-gitops/plugin-gitops-backend/render-worker'),
        })
      : undefined;
  }

  /**
   * @throws RenderTimeoutError, RenderOutOfMemoryError, RenderInterruptedError,
   * ValuesTooLargeError, the signal's reason, what `lookup` throws, and HelmError or
   * KustomizeError: from a thread as an `Error` with the same name, message and
   * fields
   */
  async render(request: RenderRequest): Promise<RenderedRelease> {
    const { release, signal, lookup } = request;
    signal.throwIfAborted();
    if (serialize(request.values).length > this.maxValuesBytes) {
      throw new ValuesTooLargeError(release.name, this.maxValuesBytes);
    }
    const answers: [LookupQuery, LookupAnswer][] = [];
    const task: RenderTask = {
      chart: this.share(request.chart),
      values: request.values,
      release,
      kubeVersion: request.kubeVersion,
      apiVersions: request.apiVersions,
      answers: lookup && answers,
      postRender: request.postRender,
      skipSchema: request.skipSchema,
    };
    for (let round = 0; round < ROUNDS; round++) {
      const { rendered, missing } = await this.run<RenderResult>(
        'render',
        task,
        `the rendering of ${release.name}`,
        signal,
      );
      if (rendered) {
        return rendered;
      }
      // Whatever the first queries answer, templates may ask for more.
      for (const query of missing) {
        answers.push([query, await answerTo(query, lookup!, signal)]);
      }
    }
    throw new RenderError(
      'limit',
      `templates look up objects that depend on each other, more than ${ROUNDS} in a row`,
    );
  }

  /**
   * A chart as it was packed, its dependencies not processed yet.
   *
   * @throws as {@link RenderThreads.render}
   */
  async load(chart: ArchivedChart, signal: AbortSignal): Promise<Chart> {
    const tree = await this.run<ChartTree>(
      'load',
      this.share(chart),
      'the loading of a chart',
      signal,
    );
    return growChart(tree);
  }

  /**
   * What a packed chart says of itself.
   *
   * @throws as {@link RenderThreads.render}
   */
  inspect(chart: ArchivedChart, signal: AbortSignal): Promise<ChartSummary> {
    return this.run<ChartSummary>(
      'inspect',
      this.share(chart),
      'the loading of a chart',
      signal,
    );
  }

  /** Ends the threads; renderings under way fail. */
  async close(): Promise<void> {
    await this.pool?.close();
  }

  /** Without copying, where the bytes are in memory that threads share. */
  private share({ bytes, digest, version }: ArchivedChart): ThreadChart {
    let archive = this.shared.get(bytes);
    if (!archive) {
      const { buffer } = bytes;
      if (
        buffer instanceof SharedArrayBuffer &&
        buffer.byteLength === bytes.length
      ) {
        archive = buffer;
      } else {
        archive = new SharedArrayBuffer(bytes.length);
        Buffer.from(archive).set(bytes);
      }
      this.shared.set(bytes, archive);
    }
    return { archive, digest, version };
  }

  private async run<T>(
    job: 'render' | 'load' | 'inspect',
    task: RenderTask | ThreadChart,
    what: string,
    signal: AbortSignal,
  ): Promise<T> {
    if (!this.pool) {
      return this.inline[job](task as RenderTask & ThreadChart) as Promise<T>;
    }
    try {
      return await this.pool.run<T>(job, task, { signal });
    } catch (error) {
      throw error instanceof WorkerError
        ? explain(error, what, this.pool)
        : error;
    }
  }
}

async function answerTo(
  query: LookupQuery,
  lookup: NonNullable<RenderRequest['lookup']>,
  signal: AbortSignal,
): Promise<LookupAnswer> {
  try {
    return { object: await lookup(query, signal) };
  } catch (error) {
    if (error instanceof RenderError && error.code === 'lookup-failed') {
      return { failure: error.message };
    }
    throw error;
  }
}

function explain(
  { failure, cause }: WorkerError,
  what: string,
  limits: WorkerPool,
): Error {
  switch (failure) {
    case 'timeout':
      return new RenderTimeoutError(what, limits.timeoutMs);
    case 'out-of-memory':
      return new RenderOutOfMemoryError(what, limits.memoryMb);
    default:
      return new RenderInterruptedError(what, cause);
  }
}
