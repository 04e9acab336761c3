import { createHash, Hash } from 'node:crypto';
import { GitError } from '../GitError';
import { OID_BYTES, ObjectFormat } from '../objects/objectFormat';
import { PackWindow } from './PackWindow';

/** Compares the sum at the end of a pack with what came before it. */
export class TrailerCheck {
  private readonly hash: Hash;
  private readonly bytes: number;
  /** The last bytes so far, which may be the sum. */
  private last: Buffer = Buffer.alloc(0);

  constructor(format: ObjectFormat) {
    this.hash = createHash(format);
    this.bytes = OID_BYTES[format];
  }

  update(chunk: Buffer): void {
    if (chunk.length >= this.bytes) {
      this.hash.update(this.last);
      this.hash.update(chunk.subarray(0, chunk.length - this.bytes));
      this.last = Buffer.from(chunk.subarray(chunk.length - this.bytes));
      return;
    }
    const joined = Buffer.concat([this.last, chunk]);
    const known = Math.max(joined.length - this.bytes, 0);
    this.hash.update(joined.subarray(0, known));
    this.last = joined.subarray(known);
  }

  /** Reads the rest of the stream. @throws GitError `GIT_CORRUPT` */
  async finish(window: PackWindow): Promise<void> {
    const rest = await window.need(this.bytes + 1);
    if (rest !== this.bytes || !this.hash.digest().equals(this.last)) {
      throw new GitError(
        'GIT_CORRUPT',
        'the pack that arrived is broken: its checksum is that of another pack',
      );
    }
  }
}
