/**
 * What runs in the threads that render charts. For the plugin's worker pool only,
 * which finds it by the name of the package. Apart from that of builds, which needs
 * no Helm.
 *
 * @packageDocumentation
 */
import { threadId } from 'node:worker_threads';
import type { ChartTree } from './chartTree';
import {
  ChartSummary,
  RenderResult,
  RenderTask,
  ThreadChart,
  ThreadRenderer,
} from './ThreadRenderer';
import { packError } from './transferredError';
import type { PoolTask, TaskResult } from './worker';

const renderer = new ThreadRenderer();

/**
 * Renders a chart for a release.
 *
 * @internal
 */
export const render = (
  task: PoolTask<RenderTask>,
): Promise<TaskResult<RenderResult>> =>
  answer(task, input => renderer.render(input));

/**
 * Loads a chart.
 *
 * @internal
 */
export const load = (
  task: PoolTask<ThreadChart>,
): Promise<TaskResult<ChartTree>> =>
  answer(task, chart => renderer.load(chart));

/**
 * Says what a chart is.
 *
 * @internal
 */
export const inspect = (
  task: PoolTask<ThreadChart>,
): Promise<TaskResult<ChartSummary>> =>
  answer(task, chart => renderer.inspect(chart));

async function answer<I, T>(
  { thread, input }: PoolTask<I>,
  work: (input: I) => Promise<T>,
): Promise<TaskResult<T>> {
  thread[0] = threadId;
  try {
    return { value: await work(input) };
  } catch (error) {
    return { error: packError(error) };
  }
}
