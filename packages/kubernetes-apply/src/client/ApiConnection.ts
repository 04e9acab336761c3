import { ConnectionError } from '../errors/errors';
import { KubernetesApiError } from '../errors/KubernetesApiError';
import { backoffMs } from './backoff';
import { Budget } from './Budget';
import { pause, type Clock } from './Clock';
import { Discovery } from './Discovery';
import {
  HttpTransport,
  type ClusterAccess,
  type HttpRequest,
  type HttpResponse,
  type HttpStream,
} from './HttpTransport';
import type { AddressGuard } from './openDispatcher';
import { statusError } from './statusError';

/** Longer waits are not worth holding a reconcile for: the caller decides. */
const MAX_RETRY_AFTER_MS = 60_000;

export interface ApiConnectionOptions {
  access: ClusterAccess;
  guard?: AddressGuard;
  userAgent: string;
  maxConcurrent: number;
  requestTimeoutMs: number;
  maxResponseBytes: number;
  maxAttempts: number;
  watchIdleTimeoutMs: number;
  discoveryTtlMs: number;
  clock: Clock;
  random: () => number;
}

export interface ApiRequest extends HttpRequest {
  /** Whose turn in the budget it takes: user and owner. */
  turn: string;
  /** Whether it may be sent again after a failure. */
  retry?: boolean;
  /** Called right before each time that it is sent; throws to hinder it. */
  beforeSend?(): void;
}

/** What all users of one cluster share: connections, budget, discovery. */
export class ApiConnection {
  readonly discovery: Discovery;
  readonly clock: Clock;
  readonly random: () => number;
  readonly watchIdleTimeoutMs: number;
  readonly maxLineBytes: number;
  readonly #transport: HttpTransport;
  readonly #budget: Budget;
  readonly #maxAttempts: number;

  constructor(options: ApiConnectionOptions) {
    this.#transport = new HttpTransport(options);
    this.#budget = new Budget(options.maxConcurrent);
    this.#maxAttempts = options.maxAttempts;
    this.clock = options.clock;
    this.random = options.random;
    this.watchIdleTimeoutMs = options.watchIdleTimeoutMs;
    this.maxLineBytes = options.maxResponseBytes;
    this.discovery = new Discovery({
      get: path => this.#discover(path),
      server: this.server,
      clock: options.clock,
      ttlMs: options.discoveryTtlMs,
    });
  }

  get server(): string {
    return this.#transport.server;
  }

  /** Sends; rejects for any answer that is not a success. */
  async send(request: ApiRequest): Promise<HttpResponse> {
    for (let attempt = 0; ; attempt++) {
      const outcome = await this.#attempt(request);
      if (!(outcome instanceof Error)) return outcome;
      const last = attempt + 1 >= this.#maxAttempts;
      if (last || !request.retry || !isTransient(outcome, request.method))
        throw outcome;
      await this.#restBefore(attempt, outcome, request.signal);
    }
  }

  /** Sends once; gives the answer whatever its status. */
  async sendOnce(request: ApiRequest): Promise<HttpResponse> {
    return this.#budget.run(request.turn, request.signal, async () => {
      request.beforeSend?.();
      return this.#transport.request(request);
    });
  }

  /** Opens a stream; rejects for any answer that is not a success. */
  async stream(request: ApiRequest, signal: AbortSignal): Promise<HttpStream> {
    const stream = await this.#transport.stream(request, signal);
    if (stream.status < 300) return stream;
    let text = '';
    for await (const chunk of stream.chunks) {
      text += chunk.toString('utf8');
      if (text.length > 64 * 1024) break;
    }
    throw this.#errorOf(request, { ...stream, text });
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  async #attempt(request: ApiRequest): Promise<HttpResponse | Error> {
    try {
      const response = await this.sendOnce(request);
      return response.status < 300
        ? response
        : this.#errorOf(request, response);
    } catch (error) {
      if (error instanceof ConnectionError) return error;
      throw error;
    }
  }

  #errorOf(request: ApiRequest, response: HttpResponse): KubernetesApiError {
    return statusError({
      response,
      where: request.where,
      server: this.server,
      now: this.clock.now(),
    });
  }

  async #restBefore(
    attempt: number,
    error: Error,
    signal?: AbortSignal,
  ): Promise<void> {
    const asked =
      error instanceof KubernetesApiError ? (error.retryAfterMs ?? 0) : 0;
    if (asked > MAX_RETRY_AFTER_MS) throw error;
    const ms = backoffMs({
      attempt,
      baseMs: 250,
      capMs: 10_000,
      random: this.random,
    });
    await pause(this.clock, Math.max(asked, ms), signal);
  }

  /** Discovery runs as the client itself: it tells nothing of objects. */
  async #discover(path: string): Promise<HttpResponse> {
    const request: ApiRequest = {
      method: 'GET',
      path,
      where: `discover ${path}`,
      headers: { Accept: 'application/json', 'Accept-Encoding': 'gzip' },
      turn: '',
      retry: true,
    };
    try {
      return await this.send(request);
    } catch (error) {
      if (error instanceof KubernetesApiError && error.status === 404) {
        return { status: 404, headers: {}, text: '' };
      }
      throw error;
    }
  }
}

/**
 * Worth another attempt. A 500 is so for reads only (etcd changes its
 * leader): to an apply, the API server says 500 also for what will never
 * work, such as a Secret that is not base64.
 */
function isTransient(error: Error, method: string): boolean {
  if (error instanceof ConnectionError) return true;
  if (!(error instanceof KubernetesApiError)) return false;
  const { status, retryAfterMs } = error;
  if (status === 500) return method === 'GET' || retryAfterMs !== undefined;
  return status === 429 || status > 500;
}
