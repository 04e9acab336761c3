/**
 * What runs in the threads that render charts. For the plugin's worker pool only,
 * which finds it by the name of the package. Apart from that of builds, so that
 * neither has to hold the engine of the other.
 *
 * @packageDocumentation
 */
import { threadId } from 'node:worker_threads';
import { RenderResult, RenderTask, ThreadRenderer } from './ThreadRenderer';
import { packError } from './transferredError';
import type { PoolTask, TaskResult } from './worker';

const renderer = new ThreadRenderer();

/**
 * Renders a chart for a release.
 *
 * @internal
 */
export async function render({
  thread,
  input,
}: PoolTask<RenderTask>): Promise<TaskResult<RenderResult>> {
  thread[0] = threadId;
  try {
    return { value: await renderer.render(input) };
  } catch (error) {
    return { error: packError(error) };
  }
}
