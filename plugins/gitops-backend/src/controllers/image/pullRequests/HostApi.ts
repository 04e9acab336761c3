import { HttpClient, NetworkError } from '@backstage-gitops/plugin-gitops-node';
import { assertError } from '@backstage/errors';
import { ApiAnswer, answerError, hostWords } from './answerError';
import { PullRequestError } from './PullRequestError';

/** What {@link HostApi} is made of. */
export interface HostApiOptions {
  client: HttpClient;
  /** Without a slash at its end. */
  baseUrl: string;
  /** Value of the header. */
  authorization: string;
  signal: AbortSignal;
  /** Milliseconds since the epoch. */
  now(): number;
  /** For one request. */
  timeoutMs: number;
}

/** A request to an API; the path is below the base URL and encoded. */
export interface ApiRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  query?: Readonly<Record<string, string>>;
  body?: object;
  headers?: Readonly<Record<string, string>>;
}

const MAX_BYTES = 8 * 1024 * 1024;

/** Asks the API of a host, in JSON and within bounds; no redirect is followed. */
export class HostApi {
  private readonly options: HostApiOptions;

  constructor(options: HostApiOptions) {
    this.options = options;
  }

  /** @throws PullRequestError, also where the answer is no success */
  async ask(request: ApiRequest): Promise<unknown> {
    const answer = await this.tryAsk(request);
    if (answer.status >= 400) {
      throw this.errorOf(answer);
    }
    return answer.body;
  }

  /**
   * Gives the answers 400, 404, 409 and 422, too, that hosts use for what can be
   * put right.
   *
   * @throws PullRequestError
   */
  async tryAsk(request: ApiRequest): Promise<ApiAnswer> {
    const answer = await this.send(request);
    const { status } = answer;
    const isSuccess = status >= 200 && status < 300 && status !== 203;
    if (!isSuccess && ![400, 404, 409, 422].includes(status)) {
      throw this.errorOf(answer);
    }
    if (isSuccess && answer.body === undefined && status !== 204) {
      throw new PullRequestError(
        'PULL_REQUEST_HOST_DOWN',
        `${this.host} answered with something that is no JSON; look whether the address of its API in integrations is right`,
      );
    }
    return answer;
  }

  errorOf(answer: ApiAnswer): PullRequestError {
    return answerError(this.host, answer, this.options.now());
  }

  private get host(): string {
    return new URL(this.options.baseUrl).host;
  }

  private async send(request: ApiRequest): Promise<ApiAnswer> {
    const { client, authorization, signal, baseUrl, timeoutMs } = this.options;
    const { method = 'GET', path, query, body } = request;
    const late = AbortSignal.timeout(timeoutMs);
    const url = new URL(`${baseUrl}${path}`);
    for (const [name, value] of Object.entries(query ?? {})) {
      url.searchParams.set(name, value);
    }
    try {
      const response = await client.request(url, {
        ...{ method, authorization, redirects: 0, maxBytes: MAX_BYTES },
        headers: {
          accept: 'application/json',
          ...(body && { 'content-type': 'application/json' }),
          ...request.headers,
        },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.any([signal, late]),
      });
      const parsed = parse(await response.text());
      return {
        status: response.status,
        headers: response.headers,
        body: parsed,
        words: hostWords(parsed, authorization),
      };
    } catch (error) {
      signal.throwIfAborted();
      assertError(error);
      const why =
        error instanceof NetworkError
          ? error.message
          : `${this.host} did not answer within ${timeoutMs / 1_000} s`;
      throw new PullRequestError(
        'PULL_REQUEST_HOST_DOWN',
        `${why}; it is tried again, look whether the host answers and gitops.network allows it`,
      );
    }
  }
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
