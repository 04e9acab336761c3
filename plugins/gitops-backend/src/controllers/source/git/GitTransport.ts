import { PacketReader } from './protocol/PacketReader';

/** What is spoken to: `git-upload-pack` gives, `git-receive-pack` takes. */
export type GitService = 'git-upload-pack' | 'git-receive-pack';

/**
 * A way to a service of one repository. A reader that was given must be
 * read to the end of its answer, or closed, before the next call.
 */
export interface GitTransport {
  /** Names the repository in messages; without credentials. */
  readonly address: string;
  /**
   * Starts a conversation: what the server says before it is asked.
   *
   * @throws GitError
   */
  advertise(maxBytes: number): Promise<PacketReader>;
  /**
   * Asks, in the conversation that was started last. `last`: nothing more will
   * be asked in it.
   *
   * @throws GitError
   */
  request(
    body: Buffer,
    options: { maxBytes: number; last: boolean },
  ): Promise<PacketReader>;
  /** Ends all connections. */
  close(): Promise<void>;
}
