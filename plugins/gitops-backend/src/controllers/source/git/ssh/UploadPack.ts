import { ClientChannel } from 'ssh2';
import { GitError } from '../GitError';
import { printable } from './printable';

const MOST_OF_STDERR = 4_096;
const FLUSH = '0000';
const LENGTH_DIGITS = 4;
/** Exit status of a shell that finds no such command. */
const NO_COMMAND = 127;

/** One run of git-upload-pack: what it advertises, then one request and its answer. */
export class UploadPack {
  private readonly channel: ClientChannel;
  private readonly where: string;
  private readonly maxSize: number;
  private readonly chunks: AsyncIterator<Buffer>;
  private readonly closed: Promise<void>;
  private exit: number | null | undefined;
  private said = '';
  private size = 0;
  private rest: Buffer = Buffer.alloc(0);

  constructor(options: {
    channel: ClientChannel;
    /** Names the repository in messages. */
    where: string;
    /** Bytes of all that it sends. */
    maxSize: number;
  }) {
    const { channel } = options;
    this.channel = channel;
    this.where = options.where;
    this.maxSize = options.maxSize;
    this.chunks = channel[Symbol.asyncIterator]();
    channel.on('exit', (code: number | null) => {
      this.exit = code;
    });
    channel.stderr.on('data', (chunk: Buffer) => {
      this.said = (this.said + chunk.toString('utf8')).slice(0, MOST_OF_STDERR);
    });
    // The end of its input may come after the end of its process.
    channel.on('error', () => {});
    this.closed = new Promise(resolve => {
      channel.once('close', () => resolve());
    });
  }

  /**
   * References or capabilities, up to and with the flush that ends them.
   *
   * @throws GitError
   */
  async advertisement(): Promise<Buffer> {
    const read: Buffer[] = [];
    for (;;) {
      const packet = await this.packet();
      read.push(packet);
      if (packet.length === LENGTH_DIGITS && packet.toString() === FLUSH) {
        return Buffer.concat(read);
      }
      const text = packet.subarray(LENGTH_DIGITS, 204).toString('utf8');
      if (text.startsWith('ERR ')) {
        throw this.refused(text.slice(4));
      }
    }
  }

  /**
   * Sends the request, after which there is none, and gives the answer.
   *
   * @throws GitError while it is read, also at its end
   */
  async *answer(request: Buffer): AsyncGenerator<Buffer> {
    this.channel.end(request);
    if (this.rest.length > 0) {
      yield this.rest;
    }
    for (;;) {
      const chunk = await this.chunk();
      if (!chunk) {
        break;
      }
      yield chunk;
    }
    await this.closed;
    if (this.exit !== 0) {
      throw this.exit === undefined ? this.brokenOff() : this.failed();
    }
  }

  /** Ends it, whatever it is doing. */
  end(): void {
    this.channel.destroy();
  }

  private async packet(): Promise<Buffer> {
    await this.fill(LENGTH_DIGITS);
    const digits = this.rest.subarray(0, LENGTH_DIGITS).toString('latin1');
    if (!/^[0-9a-f]{4}$/i.test(digits)) {
      throw this.noGit();
    }
    const length = Math.max(parseInt(digits, 16), LENGTH_DIGITS);
    await this.fill(length);
    const packet = this.rest.subarray(0, length);
    this.rest = this.rest.subarray(length);
    return packet;
  }

  private async fill(length: number): Promise<void> {
    while (this.rest.length < length) {
      const chunk = await this.chunk();
      if (!chunk) {
        await this.closed;
        throw this.exit === undefined
          ? this.brokenOff()
          : this.refused(this.said);
      }
      this.rest = Buffer.concat([this.rest, chunk]);
    }
  }

  private async chunk(): Promise<Buffer | undefined> {
    const { done, value } = await this.chunks.next();
    if (done) {
      return undefined;
    }
    this.size += value.length;
    if (this.size > this.maxSize) {
      throw new GitError(
        'GIT_TOO_LARGE',
        `the repository sends more than the ${this.maxSize} bytes that are allowed; choose a smaller repository or raise gitops.artifacts.maxSize`,
      );
    }
    return value;
  }

  private refused(said: string): GitError {
    return this.exit === NO_COMMAND
      ? this.noGit()
      : new GitError(
          'GIT_NOT_FOUND',
          `there is no repository at ${this.where} that the key may read; check spec.url${quoted(said)}`,
        );
  }

  private failed(): GitError {
    return new GitError(
      /not our ref/.test(this.said) ? 'GIT_REF_NOT_FOUND' : 'GIT_PROTOCOL',
      `${this.where} does not give what was asked for${quoted(this.said)}`,
    );
  }

  private noGit(): GitError {
    return new GitError(
      'GIT_NOT_A_REPOSITORY',
      `${this.where} does not answer as a Git repository; check spec.url`,
    );
  }

  private brokenOff(): GitError {
    return new GitError(
      'GIT_UNREACHABLE',
      `the answer of ${this.where} broke off`,
    );
  }
}

function quoted(said: string): string {
  const text = printable(said);
  return text === '' ? '' : ` (it says: ${text})`;
}
