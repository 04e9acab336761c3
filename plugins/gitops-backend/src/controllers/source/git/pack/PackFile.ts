import { readSync } from 'node:fs';
import { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { promisify } from 'node:util';
import { createInflate, inflate, inflateSync } from 'node:zlib';
import { GitError } from '../GitError';
import { ObjectType } from '../objects/objectFormat';
import { applyDelta, readDeltaSizes } from './applyDelta';
import { ContentCache } from './ContentCache';
import { SMALL } from './inflateWindow';
import { PACK_TYPES, PackEntries } from './PackEntries';
import { Scratch } from './Scratch';

const inflateInThread = promisify(inflate);

/** Bytes of contents that are kept, for what is changed by many deltas. */
const CACHED = 16 * 1_024 * 1_024;
/** Objects up to this size are read whole. */
const WHOLE = 1_024 * 1_024;
/** Git makes no chains of more than 4,095 deltas. */
const LONGEST_CHAIN = 5_000;
/** Of an object that is a delta or changed by one: it is held in memory. */
const LARGEST_DELTA = 96 * 1_024 * 1_024;

/** An object as it is in a pack. */
export interface PackedObject {
  type: ObjectType;
  size: number;
}

/** Objects of a pack on disk, read in any order. */
export class PackFile {
  readonly entries: PackEntries;
  private readonly handle: FileHandle;
  private readonly cache = new ContentCache(CACHED);
  private readonly scratch = new Scratch();
  /** Contents that deltas make, so that they are made once. */
  private spool: FileHandle | undefined;

  constructor(options: { handle: FileHandle; entries: PackEntries }) {
    this.handle = options.handle;
    this.entries = options.entries;
  }

  /** From now on what was put aside is read from there. */
  useSpool(spool: FileHandle): void {
    this.spool = spool;
    this.cache.clear();
  }

  /** Bytes of all that is packed. */
  get bytes(): number {
    return this.entries.offsets[this.entries.count];
  }

  /** Type and size of an object; undefined where the pack does not hold it. */
  find(oid: string): PackedObject | undefined {
    const index = this.entries.find(Buffer.from(oid, 'hex'));
    return index < 0
      ? undefined
      : {
          type: PACK_TYPES[this.entries.types[index]],
          size: this.entries.sizes[index],
        };
  }

  /** Bytes of an object. @throws GitError `GIT_CORRUPT` */
  sizeOf(oid: string, type: ObjectType): number {
    return this.entries.sizes[this.require(oid, type)];
  }

  /**
   * Reads an object of a type, of at most that many bytes.
   *
   * @throws GitError `GIT_CORRUPT`, `GIT_TOO_LARGE`
   */
  async read(oid: string, type: ObjectType, maxBytes: number): Promise<Buffer> {
    const index = this.require(oid, type);
    if (this.entries.sizes[index] > maxBytes) {
      throw new GitError(
        'GIT_TOO_LARGE',
        `the ${type} ${oid} has ${this.entries.sizes[index]} bytes, more than the ${maxBytes} that are allowed`,
      );
    }
    return this.content(index);
  }

  /** Reads an object piece by piece. @throws GitError */
  async *stream(oid: string, type: ObjectType): AsyncGenerator<Buffer> {
    const index = this.require(oid, type);
    const { bases, kept, packedSizes, sizes } = this.entries;
    if (this.spool && kept[index] >= 0) {
      yield* this.pieces(this.spool, kept[index], sizes[index]);
      return;
    }
    if (bases[index] >= 0 || packedSizes[index] <= WHOLE) {
      yield await this.content(index);
      return;
    }
    const { start, length } = this.packed(index);
    yield* pipeline(
      this.pieces(this.handle, start, length),
      createInflate({ chunkSize: SMALL }),
      () => {},
    );
  }

  /** The content of an entry, through all deltas that lead to it. */
  async content(index: number): Promise<Buffer> {
    if (this.spool && this.entries.kept[index] >= 0) {
      const kept = Buffer.allocUnsafe(this.entries.sizes[index]);
      await fill(this.spool, kept, this.entries.kept[index]);
      return kept;
    }
    const chain: number[] = [];
    let content: Buffer | undefined;
    for (let at = index; ; at = this.entries.bases[at]) {
      content = this.cache.get(at);
      if (content || this.entries.bases[at] < 0) {
        content ??= await this.unpack(at);
        break;
      }
      chain.push(at);
      if (chain.length > LONGEST_CHAIN) {
        throw new GitError(
          'GIT_TOO_LARGE',
          `the pack that arrived holds a chain of more than ${LONGEST_CHAIN} deltas`,
        );
      }
    }
    while (chain.length > 0) {
      const at = chain.pop()!;
      this.cache.set(this.entries.bases[at], content);
      const delta = await this.unpack(at);
      requireModest(content.length);
      requireModest(readDeltaSizes(delta).result);
      content = applyDelta(content, delta);
    }
    return content;
  }

  async close(): Promise<void> {
    this.cache.clear();
    await this.spool?.close();
    await this.handle.close();
  }

  private require(oid: string, type: ObjectType): number {
    const index = this.entries.find(Buffer.from(oid, 'hex'));
    if (index < 0 || PACK_TYPES[this.entries.types[index]] !== type) {
      throw new GitError(
        'GIT_CORRUPT',
        `the pack that arrived holds no ${type} ${oid}`,
      );
    }
    return index;
  }

  /** What is packed: the object, or the delta. */
  private async unpack(index: number): Promise<Buffer> {
    const size = this.entries.packedSizes[index];
    if (this.entries.bases[index] >= 0) {
      requireModest(size);
    }
    const { start, length } = this.packed(index);
    const options = {
      chunkSize: Math.max(size + 16, 64),
      maxOutputLength: Math.max(size + 16, 64),
    };
    const packed = this.scratch.take(length);
    try {
      await fill(this.handle, packed, start);
      return size <= SMALL
        ? inflateSync(packed, options)
        : await inflateInThread(packed, options);
    } finally {
      this.scratch.give(packed);
    }
  }

  private packed(index: number): { start: number; length: number } {
    const { offsets, headers } = this.entries;
    const start = offsets[index] + headers[index];
    return { start, length: offsets[index + 1] - start };
  }

  private async *pieces(handle: FileHandle, start: number, length: number) {
    for (let done = 0; done < length; done += SMALL) {
      const piece = Buffer.allocUnsafe(Math.min(SMALL, length - done));
      await fill(handle, piece, start + done);
      yield piece;
    }
  }
}

/** Little is read at once: it was just written, and a thread takes longer. */
async function fill(
  handle: FileHandle,
  buffer: Buffer,
  position: number,
): Promise<void> {
  const bytesRead =
    buffer.length <= SMALL
      ? readSync(handle.fd, buffer, 0, buffer.length, position)
      : (await handle.read(buffer, 0, buffer.length, position)).bytesRead;
  if (bytesRead < buffer.length) {
    throw new GitError('GIT_CORRUPT', 'the pack on disk was cut short');
  }
}

function requireModest(size: number): void {
  if (size > LARGEST_DELTA) {
    throw new GitError(
      'GIT_TOO_LARGE',
      `the repository packs an object of ${size} bytes as a delta; of such objects at most ${LARGEST_DELTA} bytes are allowed`,
    );
  }
}
