import {
  HttpClient,
  HttpRequest,
  HttpResponse,
} from '@backstage-gitops/plugin-gitops-node';
import { basic } from './access/credentials';
import { GitError, translateNetworkError } from './GitError';
import { GitService, GitTransport } from './GitTransport';
import { bytesOfAnswer, PacketReader } from './protocol/PacketReader';

/** How to speak to one repository over http. Nothing secret reaches a message. */
export interface GitHttpOptions {
  url: string;
  client: HttpClient;
  /** Value of the Authorization header; sent to the repository's origin only. */
  authorization?: string;
  /** Default `git-upload-pack`. */
  service?: GitService;
  /** Ends everything under way. */
  signal: AbortSignal;
}

const REFERENCES = '/info/refs';

/** Git's smart HTTP. Requests go to where the first one was redirected to. */
export class GitHttp implements GitTransport {
  readonly address: string;
  private readonly options: GitHttpOptions;
  private readonly service: GitService;
  private readonly home: URL;
  private readonly authorization: string | undefined;
  /** Without a slash at the end. */
  private base: string;
  private open: HttpResponse | undefined;

  constructor(options: GitHttpOptions) {
    this.options = options;
    this.service = options.service ?? 'git-upload-pack';
    this.home = new URL(options.url);
    this.authorization = options.authorization ?? userOf(this.home);
    this.home.username = '';
    this.home.password = '';
    this.home.hash = '';
    this.home.search = '';
    this.address = this.home.href;
    this.base = this.home.href.replace(/\/+$/, '');
  }

  async advertise(maxBytes: number): Promise<PacketReader> {
    const response = await this.send(
      `${this.home.href.replace(/\/+$/, '')}${REFERENCES}?service=${this.service}`,
      { headers: { 'git-protocol': 'version=2' } },
      { kind: 'advertisement', maxBytes },
    );
    const ended = `${response.url.origin}${response.url.pathname}`;
    if (ended.endsWith(REFERENCES)) {
      this.base = ended.slice(0, -REFERENCES.length);
    }
    return this.reader(response, maxBytes);
  }

  async request(
    body: Buffer,
    { maxBytes }: { maxBytes: number },
  ): Promise<PacketReader> {
    const response = await this.send(
      `${this.base}/${this.service}`,
      {
        method: 'POST',
        headers: {
          'content-type': `application/x-${this.service}-request`,
          accept: `application/x-${this.service}-result`,
          'git-protocol': 'version=2',
        },
        body,
      },
      { kind: 'result', maxBytes },
    );
    return this.reader(response, maxBytes);
  }

  async close(): Promise<void> {
    await this.open?.dump();
    this.options.client.release();
  }

  private reader(response: HttpResponse, maxBytes: number): PacketReader {
    return new PacketReader({
      chunks: this.translated(response),
      address: this.address,
      maxBytes,
    });
  }

  private async send(
    url: string,
    request: Pick<HttpRequest, 'method' | 'headers' | 'body'>,
    { kind, maxBytes }: { kind: 'advertisement' | 'result'; maxBytes: number },
  ): Promise<HttpResponse> {
    const { signal } = this.options;
    await this.open?.dump();
    this.open = undefined;
    let response: HttpResponse;
    try {
      response = await this.options.client.request(url, {
        ...request,
        // The reader says it better, so it comes first.
        maxBytes: bytesOfAnswer(maxBytes) * 2,
        headers: { ...request.headers, 'user-agent': 'git/backstage-gitops' },
        signal,
        ...(this.authorization !== undefined &&
          new URL(url).origin === this.home.origin && {
            authorization: this.authorization,
          }),
      });
    } catch (error) {
      throw this.translate(error);
    }
    this.open = response;
    const type = response.headers['content-type'] ?? '';
    const failure =
      this.failureOf(response.status) ??
      (type.split(';')[0].trim() === `application/x-${this.service}-${kind}`
        ? undefined
        : new GitError(
            'GIT_NOT_A_REPOSITORY',
            `${this.address} does not answer as a Git repository; check spec.url`,
          ));
    if (failure) {
      await response.dump();
      throw failure;
    }
    return response;
  }

  /** A credential that was refused is not tried again. */
  private failureOf(status: number): GitError | undefined {
    if (status === 200) {
      return undefined;
    }
    if (status === 401 || status === 403) {
      return new GitError(
        'GIT_AUTHENTICATION',
        `${this.address} refused access (HTTP ${status}); check the credentials in spec.secretRef`,
      );
    }
    if (status === 404 || status === 410) {
      return new GitError(
        'GIT_NOT_FOUND',
        `there is no repository at ${this.address} (HTTP ${status}); check spec.url, and whether it needs credentials`,
      );
    }
    return new GitError(
      'GIT_UNREACHABLE',
      `${this.address} answered with HTTP ${status}`,
    );
  }

  private async *translated(response: HttpResponse): AsyncGenerator<Buffer> {
    try {
      yield* response.body as AsyncIterable<Buffer>;
    } catch (error) {
      throw this.translate(error);
    }
  }

  private translate(error: unknown): unknown {
    this.options.signal.throwIfAborted();
    return translateNetworkError(error);
  }
}

/** What stands before the host of an address. */
function userOf({ username, password }: URL): string | undefined {
  return username === '' && password === ''
    ? undefined
    : basic(decoded(username), decoded(password));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
