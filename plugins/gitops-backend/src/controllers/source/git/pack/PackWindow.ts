/** Called with each chunk as it arrives, before it is parsed. */
export type ChunkListener = (chunk: Buffer) => Promise<void> | void;

const CAPACITY = 1_024 * 1_024;

/**
 * The part of a stream that is being parsed, in one buffer of fixed size. What
 * `peek` gives is overwritten by the next call of `need`.
 */
export class PackWindow {
  /** Bytes of the stream before the window. */
  position = 0;
  private readonly chunks: AsyncIterator<Uint8Array>;
  private readonly onChunk: ChunkListener;
  private readonly buffer = Buffer.allocUnsafeSlow(CAPACITY);
  private start = 0;
  private end = 0;
  /** What did not fit. */
  private rest: Buffer = Buffer.alloc(0);
  private ended = false;

  constructor(chunks: AsyncIterable<Uint8Array>, onChunk: ChunkListener) {
    this.chunks = chunks[Symbol.asyncIterator]();
    this.onChunk = onChunk;
  }

  get available(): number {
    return this.end - this.start;
  }

  /** Waits for that many bytes; fewer where the stream ends before. */
  async need(count: number): Promise<number> {
    while (this.available < count && (await this.fill())) {
      // Each turn takes what fits of one chunk.
    }
    return this.available;
  }

  peek(count = this.available): Buffer {
    return this.buffer.subarray(
      this.start,
      Math.min(this.start + count, this.end),
    );
  }

  take(count: number): void {
    this.start += count;
    this.position += count;
  }

  /** Ends the stream. */
  async close(): Promise<void> {
    await this.chunks.return?.();
  }

  private async fill(): Promise<boolean> {
    if (this.rest.length === 0) {
      if (this.ended) {
        return false;
      }
      const { done, value } = await this.chunks.next();
      if (done) {
        this.ended = true;
        return false;
      }
      this.rest = Buffer.from(value.buffer, value.byteOffset, value.length);
      await this.onChunk(this.rest);
    }
    if (this.start > 0 && this.end + this.rest.length > CAPACITY) {
      this.buffer.copyWithin(0, this.start, this.end);
      this.end -= this.start;
      this.start = 0;
    }
    const copied = this.rest.copy(this.buffer, this.end);
    this.end += copied;
    this.rest = this.rest.subarray(copied);
    return copied > 0;
  }
}
