import { rootCertificates } from 'node:tls';
import { GitHttpRequest, GitHttpResponse } from 'isomorphic-git';
import { Agent, Dispatcher, request } from 'undici';
import { GitError } from './GitError';
import { GitTransport } from './GitTransport';

/** How to speak to one Git server. Nothing of it ever reaches a message. */
export interface GitHttpOptions {
  /** Value of the Authorization header; sent to the repository's origin only. */
  authorization?: string;
  /** PEM; trusted beside the system's certificates. */
  ca?: string;
  /** PEM of a client certificate and its key. */
  clientCertificate?: { certificate: string; privateKey: string };
  /** Ends everything under way. */
  signal: AbortSignal;
  /** Bytes of one response. */
  maxResponseSize: number;
}

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * HTTP for isomorphic-git. Follows redirects of the first request, as git does,
 * and sends what comes after to where it led. A credential stays with the origin
 * it was given for.
 */
export class GitHttp implements GitTransport {
  private readonly options: GitHttpOptions;
  private readonly dispatcher: Agent;
  /** From the repository's address to where it has moved. */
  private moved: { from: string; to: string } | undefined;
  private failed: GitError | undefined;

  constructor(options: GitHttpOptions) {
    this.options = options;
    this.dispatcher = new Agent({
      connect: {
        ...(options.ca && { ca: trustedWith(options.ca) }),
        ...(options.clientCertificate && {
          cert: options.clientCertificate.certificate,
          key: options.clientCertificate.privateKey,
        }),
      },
      connections: 2,
    });
  }

  get failure(): GitError | undefined {
    return this.failed;
  }

  close(): Promise<void> {
    return this.dispatcher.destroy();
  }

  request = async (req: GitHttpRequest): Promise<GitHttpResponse> => {
    const body = req.body ? await collect(req.body) : undefined;
    const method = (req.method ?? 'GET') as Dispatcher.HttpMethod;
    const home = new URL(req.url);
    let url = this.redirected(req.url);
    for (let redirects = 0; ; redirects++) {
      const response = await this.send(url, method, req.headers, body, home);
      const location = response.headers.location;
      if (!REDIRECTS.has(response.statusCode) || !location || body) {
        return {
          url: url.href,
          method,
          statusCode: response.statusCode,
          statusMessage: String(response.statusCode),
          headers: headersOf(response.headers),
          body: this.bounded(response.body, url.host),
        };
      }
      await response.body.dump();
      if (redirects >= MAX_REDIRECTS) {
        throw new GitError(
          'GIT_PROTOCOL',
          `${home.host} redirected more than ${MAX_REDIRECTS} times`,
        );
      }
      const next = new URL(String(location), url);
      if (
        !['http:', 'https:'].includes(next.protocol) ||
        (url.protocol === 'https:' && next.protocol === 'http:')
      ) {
        throw new GitError(
          'GIT_PROTOCOL',
          `${home.host} redirected from ${url.protocol}// to ${next.protocol}//, which is not followed`,
        );
      }
      this.remember(req.url, next);
      url = next;
    }
  };

  private async send(
    url: URL,
    method: Dispatcher.HttpMethod,
    headers: Record<string, string> | undefined,
    body: Buffer | undefined,
    home: URL,
  ): Promise<Dispatcher.ResponseData> {
    try {
      return await request(url, {
        method,
        headers: {
          ...headers,
          'user-agent': 'backstage-gitops git/2',
          ...(this.options.authorization &&
            url.origin === home.origin && {
              authorization: this.options.authorization,
            }),
        },
        body,
        dispatcher: this.dispatcher,
        signal: this.options.signal,
      });
    } catch (error) {
      this.options.signal.throwIfAborted();
      throw new GitError(
        'GIT_UNREACHABLE',
        `${url.origin} cannot be reached: ${causeOf(error)}`,
      );
    }
  }

  private remember(from: string, to: URL): void {
    const suffix = '/info/refs';
    const [fromPath] = from.split('?');
    const toPath = `${to.origin}${to.pathname}`;
    if (fromPath.endsWith(suffix) && toPath.endsWith(suffix)) {
      this.moved = {
        from: fromPath.slice(0, -suffix.length),
        to: toPath.slice(0, -suffix.length),
      };
    }
  }

  private redirected(url: string): URL {
    return new URL(
      this.moved && url.startsWith(`${this.moved.from}/`)
        ? this.moved.to + url.slice(this.moved.from.length)
        : url,
    );
  }

  /** A response that ends too soon or too late is remembered as the failure. */
  private async *bounded(
    body: AsyncIterable<Uint8Array>,
    host: string,
  ): AsyncIterableIterator<Uint8Array> {
    let size = 0;
    try {
      for await (const chunk of body) {
        size += chunk.length;
        if (size > this.options.maxResponseSize) {
          throw new GitError(
            'GIT_TOO_LARGE',
            `the repository sends more than the ${this.options.maxResponseSize} bytes that are allowed; choose a smaller repository or raise gitops.artifacts.maxSize`,
          );
        }
        yield chunk;
      }
    } catch (error) {
      this.failed =
        error instanceof GitError
          ? error
          : new GitError(
              'GIT_UNREACHABLE',
              `the answer of ${host} broke off: ${causeOf(error)}`,
            );
      throw this.failed;
    }
  }
}

/** A CA in a Secret adds to the system's, as with Flux. */
function trustedWith(ca: string): string[] {
  return [...rootCertificates, ca];
}

async function collect(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function headersOf(headers: Dispatcher.ResponseData['headers']) {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) {
      result[name] = Array.isArray(value) ? value.join(', ') : value;
    }
  }
  return result;
}

/** Node wraps what matters, such as ECONNREFUSED, several layers deep. */
function causeOf(error: unknown): string {
  const { cause, message, code } = error as Error & { code?: string };
  if (cause instanceof Error && !message) {
    return causeOf(cause);
  }
  return code && !message.includes(code)
    ? `${message} (${code})`
    : message || String(code);
}
