import { GitError } from '../GitError';
import { GitService, GitTransport } from '../GitTransport';
import { PacketReader } from '../protocol/PacketReader';
import { SshConnection, SshConnectionOptions } from './SshConnection';
import { describeSshAddress, serviceCommand } from './sshAddress';
import { UploadPack } from './UploadPack';

/** How to speak to one repository over ssh. */
export interface GitSshOptions extends SshConnectionOptions {
  /** Default `git-upload-pack`. */
  service?: GitService;
}

/** Git over ssh: each conversation is a run of its service. */
export class GitSsh implements GitTransport {
  readonly address: string;
  private readonly options: GitSshOptions;
  private connection: SshConnection | undefined;
  private running: UploadPack | undefined;

  constructor(options: GitSshOptions) {
    this.options = options;
    this.address = describeSshAddress(options.address);
  }

  async advertise(maxBytes: number): Promise<PacketReader> {
    this.running?.end();
    this.running = undefined;
    try {
      this.running = new UploadPack({
        channel: await this.start('version=2'),
        address: this.address,
        maxBytes,
        signal: this.options.signal,
      });
      return this.running.reader;
    } catch (error) {
      this.options.signal.throwIfAborted();
      throw error;
    }
  }

  async request(
    body: Buffer,
    options: { maxBytes: number; last: boolean },
  ): Promise<PacketReader> {
    if (!this.running) {
      throw new GitError('GIT_PROTOCOL', 'a request before the references');
    }
    return this.running.ask(body, options);
  }

  async close(): Promise<void> {
    this.running?.end();
    this.connection?.close();
  }

  /** Some servers run one command and hang up; they are connected to anew. */
  private async start(protocol: string) {
    const command = serviceCommand(this.options.address, this.options.service);
    const environment = { GIT_PROTOCOL: protocol };
    if (this.connection?.open) {
      try {
        return await this.connection.exec(command, environment);
      } catch {
        this.connection.close();
      }
    }
    this.connection = await SshConnection.open(this.options);
    return this.connection.exec(command, environment);
  }
}
