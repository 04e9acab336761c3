import {
  Hook,
  LookupQuery,
  Manifest,
  ReleaseOptions,
  RenderError,
  Values,
} from '@backstage-gitops/helm';
import { ArchiveFiles } from '../artifacts/readArchive';
import {
  RenderInterruptedError,
  RenderOutOfMemoryError,
  RenderTimeoutError,
} from './errors';
import type { WorkerSettings } from './ManifestBuilder';
import { FileSharer } from './sharedFiles';
import { RenderResult, RenderTask, ThreadRenderer } from './ThreadRenderer';
import { WorkerError, WorkerPool } from './WorkerPool';

/** A chart that is to be rendered for a release. */
export interface RenderRequest {
  chart: {
    /** Of the chart's own directory. */
    files: ArchiveFiles;
    /** Of these files: threads keep charts that they have loaded by it. */
    digest: string;
  };
  /** Of the user. */
  values: Values;
  release: ReleaseOptions;
  /** The cluster's; without them, those that Helm assumes. */
  kubeVersion?: string;
  apiVersions?: readonly string[];
  /**
   * What templates look up; null where there is no such object. Without it,
   * nothing is found.
   */
  lookup?: (query: LookupQuery, signal: AbortSignal) => Promise<object | null>;
  signal: AbortSignal;
}

/** What a chart renders to. */
export interface RenderedRelease {
  manifests: Manifest[];
  hooks: Hook[];
  notes: string;
  warnings: string[];
}

/** How often a chart may want more objects after those that it was given. */
const ROUNDS = 20;

/**
 * Renders charts in worker threads: what a chart does, the event loop goes on.
 */
export class ReleaseRenderer {
  private readonly pool: WorkerPool | undefined;
  private readonly sharer = new FileSharer();
  private readonly inline = new ThreadRenderer();

  constructor(options: {
    /** Default: no threads. */
    workers?: WorkerSettings;
  }) {
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
   * the signal's reason, what `lookup` throws, and HelmError: from a thread as
   * an `Error` with the same name, message and fields
   */
  async render(request: RenderRequest): Promise<RenderedRelease> {
    const { chart, signal, lookup } = request;
    signal.throwIfAborted();
    const answers: [LookupQuery, object | null][] = [];
    const task: RenderTask = {
      files: await this.sharer.share(chart.files),
      digest: chart.digest,
      values: request.values,
      release: request.release,
      kubeVersion: request.kubeVersion,
      apiVersions: request.apiVersions,
      answers: lookup && answers,
    };
    for (let round = 0; round < ROUNDS; round++) {
      const { rendered, missing } = await this.run(task, signal);
      if (rendered) {
        return rendered;
      }
      // Whatever the first queries answer, templates may ask for more.
      for (const query of missing) {
        answers.push([query, await lookup!(query, signal)]);
      }
    }
    throw new RenderError(
      'limit',
      `templates look up objects that depend on each other, more than ${ROUNDS} in a row`,
    );
  }

  /** Ends the threads; renderings under way fail. */
  async close(): Promise<void> {
    await this.pool?.close();
  }

  private async run(
    task: RenderTask,
    signal: AbortSignal,
  ): Promise<RenderResult> {
    if (!this.pool) {
      return this.inline.render(task);
    }
    try {
      return await this.pool.run<RenderResult>('render', task, { signal });
    } catch (error) {
      throw error instanceof WorkerError
        ? explain(error, task.release.name, this.pool)
        : error;
    }
  }
}

function explain(
  { failure, cause }: WorkerError,
  release: string,
  limits: WorkerPool,
): Error {
  switch (failure) {
    case 'timeout':
      return new RenderTimeoutError(release, limits.timeoutMs);
    case 'out-of-memory':
      return new RenderOutOfMemoryError(release, limits.memoryMb);
    default:
      return new RenderInterruptedError(release, cause);
  }
}
