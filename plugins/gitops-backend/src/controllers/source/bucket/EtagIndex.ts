import { createHash } from 'node:crypto';

const ALGORITHMS: ReadonlySet<string> = new Set(['sha256', 'sha384', 'sha512']);

/** Of what a listing shows, the part that an artifact is made of. */
export class EtagIndex {
  private readonly etags = new Map<string, string>();

  get size(): number {
    return this.etags.size;
  }

  get(key: string): string | undefined {
    return this.etags.get(key);
  }

  set(key: string, etag: string): void {
    this.etags.set(key, etag);
  }

  delete(key: string): void {
    this.etags.delete(key);
  }

  keys(): IterableIterator<string> {
    return this.etags.keys();
  }

  /**
   * The revision of a bucket, `sha256:<hex>`: the digest of a line `<key> <etag>`
   * for each object, keys in the order of their bytes (Flux 2.9).
   */
  digest(algorithm = 'sha256'): string {
    const hash = createHash(algorithm);
    const keys = [...this.etags.keys()]
      .map(key => ({ key, bytes: Buffer.from(key) }))
      .sort((a, b) => Buffer.compare(a.bytes, b.bytes));
    for (const { key, bytes } of keys) {
      hash.update(bytes).update(` ${this.etags.get(key)}\n`);
    }
    return `${algorithm}:${hash.digest('hex')}`;
  }

  /** Whether a revision says the same; it may be of another algorithm. */
  matches(revision: string): boolean {
    const [algorithm] = revision.split(':', 1);
    return ALGORITHMS.has(algorithm) && this.digest(algorithm) === revision;
  }
}
