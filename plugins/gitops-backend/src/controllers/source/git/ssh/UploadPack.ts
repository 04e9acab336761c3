import { ClientChannel } from 'ssh2';
import { GitError } from '../GitError';
import { PacketReader } from '../protocol/PacketReader';
import { printable } from './printable';

const MOST_OF_STDERR = 4_096;
/** Exit status of a shell that finds no such command. */
const NO_COMMAND = 127;

/** One run of git-upload-pack. */
export class UploadPack {
  /** What it says, from its references on. */
  readonly reader: PacketReader;
  private readonly channel: ClientChannel;
  private readonly address: string;
  private readonly signal: AbortSignal;
  private readonly closed: Promise<void>;
  private exit: number | null | undefined;
  private said = '';
  private asked = false;

  constructor(options: {
    channel: ClientChannel;
    /** Names the repository in messages. */
    address: string;
    /** Bytes of its references. */
    maxBytes: number;
    signal: AbortSignal;
  }) {
    const { channel } = options;
    this.channel = channel;
    this.address = options.address;
    this.signal = options.signal;
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
    this.reader = new PacketReader({
      chunks: this.chunks(),
      address: options.address,
      maxBytes: options.maxBytes,
      onEnd: () => this.endedEarly(),
    });
  }

  /** Asks; after the last request it ends by itself. */
  ask(
    request: Buffer,
    options: { maxBytes: number; last: boolean },
  ): PacketReader {
    this.asked = true;
    this.reader.allow(options.maxBytes);
    if (options.last) {
      this.channel.end(request);
    } else {
      this.channel.write(request);
    }
    return this.reader;
  }

  /** Ends it, whatever it is doing. */
  end(): void {
    this.channel.destroy();
  }

  private async *chunks(): AsyncGenerator<Buffer> {
    try {
      yield* this.channel as AsyncIterable<Buffer>;
    } catch (error) {
      this.signal.throwIfAborted();
      throw new GitError(
        'GIT_UNREACHABLE',
        `the answer of ${this.address} broke off`,
      );
    }
    this.signal.throwIfAborted();
  }

  private async endedEarly(): Promise<Error> {
    await this.closed;
    this.signal.throwIfAborted();
    if (this.exit === undefined) {
      return new GitError(
        'GIT_UNREACHABLE',
        `the answer of ${this.address} broke off`,
      );
    }
    if (this.exit === NO_COMMAND) {
      return new GitError(
        'GIT_NOT_A_REPOSITORY',
        `${this.address} does not answer as a Git repository; check spec.url`,
      );
    }
    const says = printable(this.said);
    const quoted = says === '' ? '' : ` (it says: ${says})`;
    if (!this.asked) {
      return new GitError(
        'GIT_NOT_FOUND',
        `there is no repository at ${this.address} that the key may read; check spec.url${quoted}`,
      );
    }
    return new GitError(
      /not our ref/.test(this.said) ? 'GIT_REF_NOT_FOUND' : 'GIT_PROTOCOL',
      `${this.address} does not give what was asked for${quoted}`,
    );
  }
}
