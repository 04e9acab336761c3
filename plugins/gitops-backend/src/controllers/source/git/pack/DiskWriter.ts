import { FileHandle } from 'node:fs/promises';
import { GitError } from '../GitError';

const BATCH = 1_024 * 1_024;

/** Writes chunks to a file in large pieces, one after another. */
export class DiskWriter {
  private batch: Buffer[] = [];
  private batchBytes = 0;
  private bytes = 0;
  private writing: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly handle: FileHandle,
    private readonly maxBytes: number,
  ) {}

  /** Waits while a piece is being written and the next one is full. */
  async write(chunk: Buffer): Promise<void> {
    this.bytes += chunk.length;
    if (this.bytes > this.maxBytes) {
      throw new GitError(
        'GIT_TOO_LARGE',
        `the repository sends more than the ${this.maxBytes} bytes that are allowed; choose a smaller repository or raise gitops.artifacts.maxSize`,
      );
    }
    this.batch.push(chunk);
    this.batchBytes += chunk.length;
    if (this.batchBytes >= BATCH) {
      await this.writing;
      this.start();
    }
  }

  /** Writes what is left. */
  async finish(): Promise<void> {
    await this.writing;
    this.start();
    await this.writing;
  }

  private start(): void {
    const { batch } = this;
    this.batch = [];
    this.batchBytes = 0;
    if (batch.length > 0) {
      this.writing = writeAll(this.handle, batch);
      // Whoever waits for it learns of a failure; until then nobody does.
      this.writing.catch(() => {});
    }
  }
}

async function writeAll(handle: FileHandle, batch: Buffer[]): Promise<void> {
  let rest = batch;
  while (rest.length > 0) {
    let { bytesWritten } = await handle.writev(rest);
    let whole = 0;
    while (whole < rest.length && bytesWritten >= rest[whole].length) {
      bytesWritten -= rest[whole].length;
      whole += 1;
    }
    rest = rest.slice(whole);
    if (bytesWritten > 0) {
      rest[0] = rest[0].subarray(bytesWritten);
    }
  }
}
