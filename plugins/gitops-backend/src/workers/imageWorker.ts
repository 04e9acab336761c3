/**
 * What runs in the threads that edit files and render messages for
 * ImageUpdateAutomations. For the plugin's worker pool only, which finds it by the
 * name of the package.
 *
 * @packageDocumentation
 */
import { threadId } from 'node:worker_threads';
import { editFiles } from '../controllers/image/automation/editFiles';
import { renderMessage } from '../controllers/image/automation/message/renderMessage';
import type { ImageTasks } from './ImageThreads';
import { packError } from './transferredError';
import type { PoolTask, TaskResult } from './worker';

type Run<K extends keyof ImageTasks> = (
  task: PoolTask<ImageTasks[K]['input']>,
) => TaskResult<ImageTasks[K]['result']>;

/**
 * Sets the marked values of files.
 *
 * @internal
 */
export const edit: Run<'edit'> = task => answer(task, editFiles);

/**
 * Renders the message of a commit.
 *
 * @internal
 */
export const message: Run<'message'> = task =>
  answer(task, ({ template, data }) => renderMessage(template, data));

function answer<I, T>(
  { thread, input }: PoolTask<I>,
  work: (input: I) => T,
): TaskResult<T> {
  thread[0] = threadId;
  try {
    return { value: work(input) };
  } catch (error) {
    return { error: packError(error) };
  }
}
