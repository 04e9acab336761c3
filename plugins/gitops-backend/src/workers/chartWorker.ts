/**
 * What runs in the threads that read indexes of charts and pack charts. For the
 * plugin's worker pool only, which finds it by the name of the package.
 *
 * @packageDocumentation
 */
import { threadId } from 'node:worker_threads';
import type { ChartTasks } from '../controllers/source/helm/threads/ChartWork';
import {
  inspectChart,
  packChart,
} from '../controllers/source/helm/threads/charts';
import {
  normaliseIndex,
  VersionFinder,
} from '../controllers/source/helm/threads/indexes';
import { packError } from './transferredError';
import type { PoolTask, TaskResult } from './worker';

type Run<K extends keyof ChartTasks> = (
  task: PoolTask<ChartTasks[K]['input']>,
) => Promise<TaskResult<ChartTasks[K]['result']>>;

const finder = new VersionFinder();

/**
 * Makes the stored form of an index.
 *
 * @internal
 */
export const normalise: Run<'normalise'> = task =>
  answer(task, ({ bytes }) => normaliseIndex(bytes));

/**
 * Looks up a version of a chart.
 *
 * @internal
 */
export const find: Run<'find'> = task =>
  answer(task, input => finder.find(input));

/**
 * Says what a chart is.
 *
 * @internal
 */
export const inspect: Run<'inspect'> = task =>
  answer(task, ({ chart }) => inspectChart(chart));

/**
 * Packs a chart.
 *
 * @internal
 */
export const pack: Run<'pack'> = task => answer(task, packChart);

async function answer<I, T>(
  { thread, input }: PoolTask<I>,
  work: (input: I) => T | Promise<T>,
): Promise<TaskResult<T>> {
  thread[0] = threadId;
  try {
    return { value: await work(input) };
  } catch (error) {
    return { error: packError(error) };
  }
}
