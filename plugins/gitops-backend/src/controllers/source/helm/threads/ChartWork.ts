import { CustomErrorBase } from '@backstage/errors';
import { formatDurationMs } from '@backstage-gitops/plugin-gitops-common';
import type { WorkerSettings } from '../../../../workers/ManifestBuilder';
import { WorkerError, WorkerPool } from '../../../../workers/WorkerPool';
import {
  ChartInput,
  InspectedChart,
  inspectChart,
  packChart,
  PackedChart,
  PackTask,
} from './charts';
import {
  FindVersionResult,
  FindVersionTask,
  FoundVersion,
  normaliseIndex,
  VersionFinder,
} from './indexes';

/** What the threads do, by the names of their entry's functions. */
export interface ChartTasks {
  normalise: { input: { bytes: Uint8Array }; result: Uint8Array };
  find: { input: FindVersionTask; result: FindVersionResult };
  inspect: { input: { chart: ChartInput }; result: InspectedChart };
  pack: { input: PackTask; result: PackedChart };
}

/** A thread gave no result, by no error of the chart or index itself. */
export class ChartWorkError extends CustomErrorBase {
  readonly name = 'ChartWorkError';
  readonly code = 'GITOPS_CHART_WORK';
}

/** Indexes up to so many bytes are read where they are: a thread costs more. */
const SMALL = 64 * 1024;
/** Lookups whose results are kept. */
const KEPT = 5_000;

/**
 * Reads indexes and packs charts in threads, where there are any: whatever is in
 * them, the event loop goes on.
 */
export class ChartWork {
  private readonly pool: WorkerPool | undefined;
  private readonly finder = new VersionFinder();
  private readonly found = new Map<string, FoundVersion>();

  constructor(options: { workers?: WorkerSettings } = {}) {
    this.pool = options.workers?.threads
      ? new WorkerPool({
          ...options.workers,
          entry:
            require.resolve('@backstage-gitops/plugin-gitops-backend/chart-worker'),
        })
      : undefined;
  }

  /**
   * The index as it is stored.
   *
   * @throws ChartWorkError, and RepositoryError, from a thread as an `Error` with
   * the same name, message and code
   */
  normalise(bytes: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    return this.pool && bytes.length > SMALL
      ? this.run('normalise', { bytes }, 'reading the index', signal)
      : normaliseIndex(bytes);
  }

  /**
   * A version of a chart in a stored index.
   *
   * @param open - reads the index, where it is needed
   * @throws as {@link ChartWork.normalise}
   */
  async find(
    task: Omit<FindVersionTask, 'index'> & { size?: number },
    open: () => Promise<Uint8Array>,
    signal: AbortSignal,
  ): Promise<FoundVersion> {
    const { digest, name, range, size = 0 } = task;
    const key = JSON.stringify([digest, name, range]);
    const known = this.found.get(key);
    if (known) {
      return known;
    }
    const look = (index?: Uint8Array) =>
      this.pool && size > SMALL
        ? this.run(
            'find',
            { digest, name, range, index },
            'looking the chart up in the index',
            signal,
          )
        : this.finder.find({ digest, name, range, index });
    const { found } = await look();
    const version = found ?? (await look(await open())).found!;
    this.found.set(key, version);
    for (const oldest of this.found.keys()) {
      if (this.found.size <= KEPT) {
        break;
      }
      this.found.delete(oldest);
    }
    return version;
  }

  /** @throws ChartWorkError; ChartError and PackagingError likewise */
  inspect(chart: ChartInput, signal: AbortSignal): Promise<InspectedChart> {
    return this.pool
      ? this.run('inspect', { chart }, 'loading the chart', signal)
      : inspectChart(chart);
  }

  /** @throws ChartWorkError; ChartError and PackagingError likewise */
  pack(task: PackTask, signal: AbortSignal): Promise<PackedChart> {
    return this.pool
      ? this.run('pack', task, 'packing the chart', signal)
      : packChart(task);
  }

  /** Ends the threads; work under way fails. */
  async close(): Promise<void> {
    await this.pool?.close();
  }

  private async run<K extends keyof ChartTasks>(
    name: K,
    input: ChartTasks[K]['input'],
    what: string,
    signal: AbortSignal,
  ): Promise<ChartTasks[K]['result']> {
    const pool = this.pool!;
    try {
      return await pool.run<ChartTasks[K]['result']>(name, input, { signal });
    } catch (error) {
      throw error instanceof WorkerError ? explain(error, what, pool) : error;
    }
  }
}

function explain(
  { failure, cause }: WorkerError,
  what: string,
  limits: WorkerPool,
): ChartWorkError {
  switch (failure) {
    case 'timeout':
      return new ChartWorkError(
        `${what} took longer than ${formatDurationMs(limits.timeoutMs)} and was ended; gitops.engine.workerTimeout may be raised`,
      );
    case 'out-of-memory':
      return new ChartWorkError(
        `${what} needs more than the ${limits.memoryMb} MiB that a worker may use and was ended; gitops.engine.workerMemory may be raised`,
      );
    default:
      return new ChartWorkError(
        `${what} was interrupted: its worker thread ended; it is tried again`,
        cause,
      );
  }
}
