import { GitHttpRequest, GitHttpResponse } from 'isomorphic-git';
import { GitError } from '../GitError';
import { GitTransport } from '../GitTransport';
import { SshConnection, SshConnectionOptions } from './SshConnection';
import { describeSshAddress, uploadPackCommand } from './sshAddress';
import { UploadPack } from './UploadPack';

/** How to speak to one repository over ssh. */
export interface GitSshOptions extends SshConnectionOptions {
  /** Bytes of one response. */
  maxResponseSize: number;
}

const SERVICE = 'git-upload-pack';

/** What smart HTTP has before the references, and ssh has not. */
const PREAMBLE = Buffer.from(`001e# service=${SERVICE}\n0000`);

/**
 * Git over ssh in the terms of smart HTTP, which is what isomorphic-git speaks:
 * asking for the references starts git-upload-pack, and posting a request
 * answers the one that was started last. The address of requests is not used.
 */
export class GitSsh implements GitTransport {
  private readonly options: GitSshOptions;
  private connection: SshConnection | undefined;
  private running: UploadPack | undefined;
  private failed: GitError | undefined;

  constructor(options: GitSshOptions) {
    this.options = options;
  }

  get failure(): GitError | undefined {
    return this.failed;
  }

  async close(): Promise<void> {
    this.connection?.close();
  }

  request = async (req: GitHttpRequest): Promise<GitHttpResponse> => {
    if (!req.body) {
      const body = await this.advertisement(req.headers?.['Git-Protocol']);
      return response(req, 'advertisement', [PREAMBLE, body]);
    }
    const request: Uint8Array[] = [];
    for await (const chunk of req.body) {
      request.push(chunk);
    }
    return response(req, 'result', this.answer(Buffer.concat(request)));
  };

  private async advertisement(protocol: string | undefined): Promise<Buffer> {
    const { address, maxResponseSize, signal } = this.options;
    this.running?.end();
    this.running = undefined;
    try {
      const running = new UploadPack({
        channel: await this.start(protocol),
        where: describeSshAddress(address),
        maxSize: maxResponseSize,
      });
      this.running = running;
      return await running.advertisement();
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  }

  /** Some servers run one command and hang up; they are connected to anew. */
  private async start(protocol: string | undefined) {
    const command = uploadPackCommand(this.options.address);
    const environment: Record<string, string> = protocol
      ? { GIT_PROTOCOL: protocol }
      : {};
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

  private async *answer(request: Buffer): AsyncGenerator<Uint8Array> {
    const { running } = this;
    this.running = undefined;
    try {
      if (!running) {
        throw new GitError('GIT_PROTOCOL', 'a request before the references');
      }
      yield* running.answer(request);
    } catch (error) {
      running?.end();
      this.failed =
        error instanceof GitError
          ? error
          : new GitError('GIT_UNREACHABLE', 'the answer broke off');
      throw this.failed;
    }
  }
}

function response(
  req: GitHttpRequest,
  kind: 'advertisement' | 'result',
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): GitHttpResponse {
  return {
    url: req.url,
    method: req.method,
    statusCode: 200,
    statusMessage: 'OK',
    headers: { 'content-type': `application/x-${SERVICE}-${kind}` },
    body: iterate(chunks),
  };
}

async function* iterate(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): AsyncIterableIterator<Uint8Array> {
  yield* chunks;
}
