import { GitError } from '../GitError';

/** Data, or one of the packets that only separate. */
export type Packet = Buffer | Separator;

export type Separator = 'flush' | 'delimiter' | 'end';

const LENGTH_DIGITS = 4;
const SEPARATORS: Readonly<Record<number, Separator>> = {
  0: 'flush',
  1: 'delimiter',
  2: 'end',
};

/** What comes beside the content: progress, and the wrapping of packets. */
const BESIDE = 1_024 * 1_024;

/** Bytes of an answer that has so many bytes of content. */
export function bytesOfAnswer(content: number): number {
  return content + Math.ceil(content / 1_000) + BESIDE;
}

/** What {@link PacketReader} is made of. */
export interface PacketReaderOptions {
  chunks: AsyncIterable<Uint8Array>;
  /** Names the repository in messages. */
  address: string;
  /** Bytes of content that may come, until {@link PacketReader.allow} is called. */
  maxBytes: number;
  /** Why it ended although more was expected. */
  onEnd?: () => Promise<Error>;
}

/** Reads what a Git server says, packet by packet. */
export class PacketReader {
  private readonly chunks: AsyncIterator<Uint8Array>;
  private readonly options: PacketReaderOptions;
  private maxBytes: number;
  private bytes = 0;
  private rest: Buffer = Buffer.alloc(0);

  constructor(options: PacketReaderOptions) {
    this.options = options;
    this.chunks = options.chunks[Symbol.asyncIterator]();
    this.maxBytes = options.maxBytes;
  }

  /** Counts anew, up to another bound. */
  allow(maxBytes: number): void {
    this.maxBytes = maxBytes;
    this.bytes = 0;
  }

  /** @throws GitError; `GIT_NOT_A_REPOSITORY` for what is no packet */
  async next(): Promise<Packet> {
    const length = await this.begin();
    return typeof length === 'number' ? this.take(length) : length;
  }

  /** Begins a packet; its bytes are to be taken then. @throws GitError */
  async begin(): Promise<number | Separator> {
    const digits = (await this.take(LENGTH_DIGITS)).toString('latin1');
    const length = /^[0-9a-f]{4}$/i.test(digits) ? parseInt(digits, 16) : 3;
    const separator = SEPARATORS[length];
    if (separator) {
      return separator;
    }
    if (length < LENGTH_DIGITS) {
      throw new GitError(
        'GIT_NOT_A_REPOSITORY',
        `${this.options.address} does not answer as a Git repository; check spec.url`,
      );
    }
    return length - LENGTH_DIGITS;
  }

  /** At least one of so many bytes, as they came. @throws GitError */
  async some(most: number): Promise<Buffer> {
    await this.fill(1);
    const taken = this.rest.subarray(0, most);
    this.rest = this.rest.subarray(taken.length);
    return taken;
  }

  /** All that still comes, which is no longer in packets. */
  async *raw(): AsyncGenerator<Buffer> {
    const { rest } = this;
    this.rest = Buffer.alloc(0);
    if (rest.length > 0) {
      yield rest;
    }
    for (let chunk = await this.read(); chunk; chunk = await this.read()) {
      yield chunk;
    }
  }

  /** Reads nothing more. */
  async close(): Promise<void> {
    await this.chunks.return?.();
  }

  /** @throws GitError where it ends before */
  async take(length: number): Promise<Buffer> {
    await this.fill(length);
    const taken = this.rest.subarray(0, length);
    this.rest = this.rest.subarray(length);
    return taken;
  }

  private async fill(length: number): Promise<void> {
    if (this.rest.length >= length) {
      return;
    }
    const parts = this.rest.length > 0 ? [this.rest] : [];
    let size = this.rest.length;
    while (size < length) {
      const chunk = await this.read();
      if (!chunk) {
        throw (
          (await this.options.onEnd?.()) ??
          new GitError(
            'GIT_UNREACHABLE',
            `the answer of ${this.options.address} broke off`,
          )
        );
      }
      parts.push(chunk);
      size += chunk.length;
    }
    this.rest = parts.length === 1 ? parts[0] : Buffer.concat(parts, size);
  }

  private async read(): Promise<Buffer | undefined> {
    const { done, value } = await this.chunks.next();
    if (done) {
      return undefined;
    }
    this.bytes += value.length;
    if (this.bytes > bytesOfAnswer(this.maxBytes)) {
      throw new GitError(
        'GIT_TOO_LARGE',
        `${this.options.address} sends more than the ${this.maxBytes} bytes that are allowed; choose a smaller repository or raise gitops.artifacts.maxSize`,
      );
    }
    return Buffer.from(value.buffer, value.byteOffset, value.length);
  }
}
