/** Contents that were used last, up to a number of bytes. */
export class ContentCache {
  private readonly contents = new Map<number, Buffer>();
  private bytes = 0;

  constructor(private readonly maxBytes: number) {}

  get(key: number): Buffer | undefined {
    const found = this.contents.get(key);
    if (found) {
      this.contents.delete(key);
      this.contents.set(key, found);
    }
    return found;
  }

  set(key: number, content: Buffer): void {
    if (content.length > this.maxBytes || this.get(key)) {
      return;
    }
    this.contents.set(key, content);
    this.bytes += content.length;
    for (const [oldest, { length }] of this.contents) {
      if (this.bytes <= this.maxBytes) {
        break;
      }
      this.contents.delete(oldest);
      this.bytes -= length;
    }
  }

  clear(): void {
    this.contents.clear();
    this.bytes = 0;
  }
}
