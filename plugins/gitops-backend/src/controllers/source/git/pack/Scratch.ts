const BYTES = 256 * 1_024;

/**
 * Buffers that are used for a moment, again and again: memory beside the heap
 * makes the collector run, even where all of it is short-lived.
 */
export class Scratch {
  private readonly free: Buffer[] = [];

  take(length: number): Buffer {
    return length > BYTES
      ? Buffer.allocUnsafeSlow(length)
      : (this.free.pop() ?? Buffer.allocUnsafeSlow(BYTES)).subarray(0, length);
  }

  /** Nobody may use it afterwards. */
  give({ buffer, byteLength }: Buffer): void {
    if (byteLength <= BYTES && buffer.byteLength === BYTES) {
      this.free.push(Buffer.from(buffer));
    }
  }
}
