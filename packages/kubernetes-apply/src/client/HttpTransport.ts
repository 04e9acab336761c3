import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { RequestOptions } from 'node:https';
import { createGunzip } from 'node:zlib';
import type { Dispatcher } from 'undici';
import {
  ConnectionError,
  KubeConfigError,
  RequestTimeoutError,
  ResponseTooLargeError,
} from '../errors/errors';
import type { Clock } from './Clock';
import { openDispatcher, type AddressGuard } from './openDispatcher';

/**
 * What is needed of a kubeconfig: `KubeConfig` of `@kubernetes/client-node`
 * has it, and so has any object that supplies an address and credentials.
 *
 * @public
 */
export interface ClusterAccess {
  getCurrentCluster(): {
    readonly server: string;
    readonly proxyUrl?: string;
    readonly skipTLSVerify?: boolean;
    readonly caFile?: string;
    readonly caData?: string;
    readonly tlsServerName?: string;
  } | null;
  getCurrentUser(): { readonly impersonateUser?: string } | null;
  /** Fills in certificates and the Authorization header. */
  applyToHTTPSOptions(options: RequestOptions): Promise<void>;
}

export type Headers = Record<string, string | string[]>;

export interface HttpRequest {
  method: Dispatcher.HttpMethod;
  /** Below the server's own path; begins with a slash. */
  path: string;
  /** For messages. */
  where: string;
  headers?: Headers;
  body?: string;
  signal?: AbortSignal;
}

export interface HttpResponse {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export interface HttpStream {
  status: number;
  headers: IncomingHttpHeaders;
  /** The body as it arrives. */
  chunks: AsyncIterable<Buffer>;
}

interface Credentials {
  headers: Headers;
  dispatcher: Dispatcher;
  expiresAt: number;
}

/** How long certificates and tokens are used before they are read again. */
const CREDENTIALS_TTL_MS = 30_000;

/** HTTP to one API server: connections, credentials, limits; no meaning. */
export class HttpTransport {
  readonly server: string;
  readonly #access: ClusterAccess;
  readonly #guard?: AddressGuard;
  readonly #url: URL;
  readonly #basePath: string;
  readonly #userAgent: string;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #maxBytes: number;
  #credentials?: Promise<Credentials>;
  #dispatcher?: { key: string; value: Dispatcher };

  constructor(options: {
    access: ClusterAccess;
    guard?: AddressGuard;
    userAgent: string;
    clock: Clock;
    requestTimeoutMs: number;
    maxResponseBytes: number;
  }) {
    const server = options.access.getCurrentCluster()?.server;
    if (!server) {
      throw new KubeConfigError('the kubeconfig names no current cluster', {
        field: 'current-context',
        hint: 'set current-context to a context whose cluster exists',
      });
    }
    const url = parseServer(server);
    this.server = url.href.replace(/\/+$/, '');
    this.#url = url;
    this.#basePath = url.pathname.replace(/\/+$/, '');
    this.#access = options.access;
    this.#guard = options.guard;
    this.#userAgent = options.userAgent;
    this.#clock = options.clock;
    this.#timeoutMs = options.requestTimeoutMs;
    this.#maxBytes = options.maxResponseBytes;
  }

  /** One request and its whole answer, within time and size limits. */
  async request(request: HttpRequest): Promise<HttpResponse> {
    const abort = new AbortController();
    const onAbort = () => abort.abort(request.signal?.reason);
    request.signal?.throwIfAborted();
    request.signal?.addEventListener('abort', onAbort, { once: true });
    const cancelTimer = this.#clock.setTimer(this.#timeoutMs, () =>
      abort.abort(
        new RequestTimeoutError({
          where: request.where,
          server: this.server,
          timeoutMs: this.#timeoutMs,
        }),
      ),
    );
    try {
      const response = await this.#send(request, abort.signal);
      const text = await this.#readBody(response, request.where);
      return { status: response.statusCode, headers: response.headers, text };
    } catch (error) {
      throw this.#explain(error, request, abort.signal);
    } finally {
      cancelTimer();
      request.signal?.removeEventListener('abort', onAbort);
    }
  }

  /** One request whose answer has no end; the signal ends it. */
  async stream(request: HttpRequest, signal: AbortSignal): Promise<HttpStream> {
    try {
      const response = await this.#send(request, signal);
      return {
        status: response.statusCode,
        headers: response.headers,
        chunks: this.#explained(response.body, request, signal),
      };
    } catch (error) {
      throw this.#explain(error, request, signal);
    }
  }

  async close(): Promise<void> {
    const dispatcher = this.#dispatcher;
    this.#dispatcher = undefined;
    this.#credentials = undefined;
    await dispatcher?.value.close();
  }

  async #send(request: HttpRequest, signal: AbortSignal) {
    const credentials = await this.#currentCredentials();
    signal.throwIfAborted();
    const response = await credentials.dispatcher.request({
      origin: this.#url.origin,
      path: `${this.#basePath}${request.path}`,
      method: request.method,
      headers: {
        'User-Agent': this.#userAgent,
        ...request.headers,
        ...credentials.headers,
      },
      body: request.body,
      signal,
      headersTimeout: 0,
      bodyTimeout: 0,
      // A DELETE with a body would give its connection up otherwise.
      reset: false,
    });
    if (response.statusCode === 401) this.#credentials = undefined;
    return response;
  }

  async #readBody(
    response: Dispatcher.ResponseData,
    where: string,
  ): Promise<string> {
    const zipped = response.headers['content-encoding'] === 'gzip';
    const body = zipped
      ? response.body.pipe(createGunzip()).on('error', () => undefined)
      : response.body;
    if (zipped) {
      response.body.on('error', error => (body as typeof body).destroy(error));
    }
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of body) {
      size += chunk.length;
      if (size > this.#maxBytes) {
        response.body.destroy();
        throw new ResponseTooLargeError({ where, limitBytes: this.#maxBytes });
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  async *#explained(
    body: AsyncIterable<Buffer>,
    request: HttpRequest,
    signal: AbortSignal,
  ): AsyncIterable<Buffer> {
    try {
      for await (const chunk of body) yield chunk;
    } catch (error) {
      throw this.#explain(error, request, signal);
    }
  }

  #explain(error: unknown, request: HttpRequest, signal: AbortSignal): unknown {
    if (signal.aborted) return signal.reason;
    if (
      error instanceof ResponseTooLargeError ||
      error instanceof KubeConfigError
    ) {
      return error;
    }
    return new ConnectionError({
      where: request.where,
      server: this.server,
      cause: error,
    });
  }

  #currentCredentials(): Promise<Credentials> {
    const current = this.#credentials ?? this.#readCredentials();
    this.#credentials = current.then(value =>
      value.expiresAt > this.#clock.now() ? value : this.#readCredentials(),
    );
    this.#credentials.catch(() => {
      this.#credentials = undefined;
    });
    return this.#credentials;
  }

  async #readCredentials(): Promise<Credentials> {
    const options: RequestOptions = {};
    try {
      await this.#access.applyToHTTPSOptions(options);
    } catch (error) {
      if (error instanceof KubeConfigError) throw error;
      throw new KubeConfigError(
        `cannot read the credentials for ${this.server}`,
        {
          hint: 'check files and commands named in the kubeconfig',
          cause: error,
        },
      );
    }
    return {
      headers: authorizationOf(options),
      dispatcher: this.#dispatcherFor(options),
      expiresAt: this.#clock.now() + CREDENTIALS_TTL_MS,
    };
  }

  #dispatcherFor(options: RequestOptions): Dispatcher {
    const tls = {
      ca: options.ca,
      cert: options.cert,
      key: options.key,
      pfx: options.pfx,
      passphrase: options.passphrase,
      servername: options.servername,
      ...(options.rejectUnauthorized === false
        ? { rejectUnauthorized: false }
        : {}),
    };
    const key = digest(tls);
    if (this.#dispatcher?.key === key) return this.#dispatcher.value;
    // Renewed certificates: new requests use new connections, and requests
    // under way finish on the old ones.
    this.#dispatcher?.value.close().catch(() => undefined);
    const value = openDispatcher({
      server: this.#url,
      tls,
      proxyUrl: this.#access.getCurrentCluster()?.proxyUrl,
      guard: this.#guard,
    });
    this.#dispatcher = { key, value };
    return value;
  }
}

function parseServer(server: string): URL {
  let url: URL | undefined;
  try {
    url = new URL(server);
  } catch {
    url = undefined;
  }
  if (!url || !['https:', 'http:'].includes(url.protocol)) {
    throw new KubeConfigError('the server of the cluster is not an HTTPS URL', {
      field: 'clusters[].cluster.server',
    });
  }
  if (url.username || url.password) {
    throw new KubeConfigError('the server of the cluster holds a password', {
      field: 'clusters[].cluster.server',
      hint: 'put credentials under users[].user',
    });
  }
  url.search = '';
  url.hash = '';
  return url;
}

function authorizationOf(options: RequestOptions): Headers {
  const headers: Headers = {};
  if (options.auth) {
    const encoded = Buffer.from(options.auth, 'utf8').toString('base64');
    headers.Authorization = `Basic ${encoded}`;
  }
  const given = options.headers;
  if (given && !Array.isArray(given)) {
    for (const [name, value] of Object.entries(given)) {
      if (typeof value === 'string' && /^authorization$/i.test(name)) {
        headers.Authorization = value;
      }
    }
  }
  return headers;
}

function digest(tls: Record<string, unknown>): string {
  const hash = createHash('sha256');
  for (const [name, value] of Object.entries(tls)) {
    const parts = Array.isArray(value) ? value : [value];
    for (const part of parts) {
      if (part === undefined) continue;
      hash.update(`${name}\0`);
      hash.update(Buffer.isBuffer(part) ? part : JSON.stringify(part));
      hash.update('\0');
    }
  }
  return hash.digest('hex');
}
