import {
  constants,
  crc32,
  createDeflateRaw,
  DeflateRaw,
  ZlibOptions,
} from 'node:zlib';

/** Bytes that are compressed at once; part of what the output looks like. */
const BLOCK = 256 * 1_024;
/** Threads that compress side by side. */
const LANES = 2;
/** Makes 1 % more than the default, in two thirds of the time. */
const LEVEL = 4;

/** No name, no time, an unknown system (RFC 1952). */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
/** The empty block that ends a stream (RFC 1951). */
const END = Buffer.from([0x03, 0x00]);
/** The most that stands in one block that is not compressed. */
const LONGEST_STORED = 0xffff;

/** Bytes of a block that are looked at. */
const SAMPLED = 4_096;
/** Bits of information per byte; beyond, compressing saves nothing. */
const DENSE = 7.7;

/** It must take all that comes of a block before anything is read. */
const LANE: ZlibOptions & { highWaterMark: number } = {
  level: LEVEL,
  chunkSize: BLOCK / 4,
  highWaterMark: 2 * BLOCK,
};

/** Compresses one block after another, none of which refers to another. */
class Lane {
  private readonly stream: DeflateRaw = createDeflateRaw(LANE);
  private fail: (error: Error) => void = () => {};

  constructor() {
    this.stream.on('error', error => this.fail(error));
  }

  compress(block: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.fail = reject;
      this.stream.write(block);
      this.stream.flush(constants.Z_FULL_FLUSH, () =>
        resolve(this.stream.read() as Buffer),
      );
    });
  }

  close(): void {
    this.stream.destroy();
  }
}

/**
 * Compresses a stream into one member of gzip, in blocks of fixed size that
 * threads work on side by side; the same input makes the same output. What is
 * compressed already, such as images, is stored as it is.
 */
export async function* gzipBlocks(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  const lanes = Array.from({ length: LANES }, () => new Lane());
  const waiting: Promise<Buffer>[] = [];
  let checksum = 0;
  let size = 0;
  let turn = 0;
  try {
    yield HEADER;
    for await (const block of blocksOf(source, LANES + 2)) {
      checksum = crc32(block, checksum);
      size += block.length;
      if (waiting.length >= LANES) {
        yield await waiting.shift()!;
      }
      const packed = isDense(block)
        ? Promise.resolve(store(block))
        : lanes[turn].compress(block);
      turn = (turn + 1) % LANES;
      // It is waited for later; until then a failure is not unhandled.
      packed.catch(() => {});
      waiting.push(packed);
    }
    for (const packed of waiting) {
      yield await packed;
    }
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(checksum, 0);
    trailer.writeUInt32LE(size % 2 ** 32, 4);
    yield Buffer.concat([END, trailer]);
  } finally {
    lanes.forEach(lane => lane.close());
  }
}

/**
 * Blocks of one size but for the last. A block is overwritten once so many more
 * were asked for.
 */
async function* blocksOf(
  source: AsyncIterable<Uint8Array>,
  count: number,
): AsyncGenerator<Buffer> {
  const buffers = Array.from({ length: count }, () =>
    Buffer.allocUnsafeSlow(BLOCK),
  );
  let turn = 0;
  let filled = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length;) {
      const taken = Math.min(chunk.length - at, BLOCK - filled);
      buffers[turn].set(chunk.subarray(at, at + taken), filled);
      at += taken;
      filled += taken;
      if (filled === BLOCK) {
        yield buffers[turn];
        turn = (turn + 1) % count;
        filled = 0;
      }
    }
  }
  if (filled > 0) {
    yield buffers[turn].subarray(0, filled);
  }
}

/** Whether bytes are as good as random, by some of them. */
function isDense(block: Buffer): boolean {
  if (block.length < SAMPLED) {
    return false;
  }
  const counts = new Uint32Array(256);
  const step = Math.floor(block.length / SAMPLED);
  for (let i = 0; i < SAMPLED; i++) {
    counts[block[i * step]] += 1;
  }
  let bits = 0;
  for (const count of counts) {
    bits -= count === 0 ? 0 : (count / SAMPLED) * Math.log2(count / SAMPLED);
  }
  return bits > DENSE;
}

function store(block: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < block.length; at += LONGEST_STORED) {
    const part = block.subarray(at, at + LONGEST_STORED);
    const header = Buffer.alloc(5);
    header.writeUInt16LE(part.length, 1);
    header.writeUInt16LE(LONGEST_STORED - part.length, 3);
    parts.push(header, part);
  }
  return Buffer.concat(parts);
}
