import { formatDurationMs } from '@backstage-gitops/plugin-gitops-common';
import { CustomErrorBase } from '@backstage/errors';
import {
  editFiles,
  EditedFiles,
  EditTask,
} from '../controllers/image/automation/editFiles';
import { MessageData } from '../controllers/image/automation/message/MessageData';
import { renderMessage } from '../controllers/image/automation/message/renderMessage';
import type { WorkerSettings } from './ManifestBuilder';
import { WorkerError, WorkerPool } from './WorkerPool';

/** What the threads do, by the names of their entry's functions. */
export interface ImageTasks {
  edit: { input: EditTask; result: EditedFiles };
  message: {
    input: { template: string | undefined; data: MessageData };
    result: string;
  };
}

/** A thread gave no result, by no error of the files or the template itself. */
export class ImageWorkError extends CustomErrorBase {
  readonly name = 'ImageWorkError';
  readonly code = 'GITOPS_IMAGE_WORK';
}

/**
 * Edits files and renders messages in threads, where there are any: whatever is
 * in them, the event loop goes on.
 */
export class ImageThreads {
  private readonly pool: WorkerPool | undefined;

  constructor(options: { workers?: WorkerSettings } = {}) {
    this.pool = options.workers?.threads
      ? new WorkerPool({
          ...options.workers,
          entry:
            require.resolve('@backstage-gitops/plugin-gitops-backend/image-worker'),
        })
      : undefined;
  }

  /** @throws ImageWorkError, the signal's reason */
  async edit(task: EditTask, signal: AbortSignal): Promise<EditedFiles> {
    return this.pool
      ? this.run('edit', task, 'setting the values of files', signal)
      : editFiles(task);
  }

  /**
   * @throws ImageWorkError, the signal's reason, MessageTemplateError: from a
   * thread as an `Error` with the same name, message and code
   */
  async message(
    template: string | undefined,
    data: MessageData,
    signal: AbortSignal,
  ): Promise<string> {
    return this.pool
      ? this.run('message', { template, data }, 'rendering the message', signal)
      : renderMessage(template, data);
  }

  /** Ends the threads; what is under way fails. */
  async close(): Promise<void> {
    await this.pool?.close();
  }

  private async run<K extends keyof ImageTasks>(
    name: K,
    input: ImageTasks[K]['input'],
    what: string,
    signal: AbortSignal,
  ): Promise<ImageTasks[K]['result']> {
    const pool = this.pool!;
    try {
      return await pool.run<ImageTasks[K]['result']>(name, input, { signal });
    } catch (error) {
      throw error instanceof WorkerError ? explain(error, what, pool) : error;
    }
  }
}

function explain(
  { failure, cause }: WorkerError,
  what: string,
  { timeoutMs, memoryMb }: WorkerPool,
): Error {
  const why = {
    timeout: `took longer than ${formatDurationMs(timeoutMs)} (gitops.engine.workerTimeout)`,
    'out-of-memory': `needed more than ${memoryMb} MiB (gitops.engine.workerMemory)`,
    ended: 'was interrupted',
  }[failure];
  return new ImageWorkError(`${what} ${why}`, cause);
}
