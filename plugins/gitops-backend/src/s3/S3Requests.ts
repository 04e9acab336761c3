import {
  HttpClient,
  HttpResponse,
  NetworkError,
  S3CredentialSource,
} from '@backstage-gitops/plugin-gitops-node';
import { pause } from '../util/pause';
import { readXml, childText, findElement } from './readXml';
import { S3Address } from './S3Address';
import { quoted, S3Error } from './S3Error';
import { signRequest } from './signRequest';

const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;
/** Bytes of an answer that is no object: a page of a listing, an error. */
export const ANSWER_BYTES = 16 * 1024 * 1024;
const ERROR_BYTES = 64 * 1024;

const TRANSIENT_STATUS: ReadonlySet<number> = new Set([
  408, 429, 500, 502, 503, 504,
]);
const TRANSIENT_CODES: ReadonlySet<string> = new Set([
  'RequestTimeout',
  'SlowDown',
  'OperationAborted',
]);
const TRANSIENT_NETWORK: ReadonlySet<string> = new Set([
  'GITOPS_NETWORK_UNREACHABLE',
  'GITOPS_NETWORK_BROKEN',
]);

/** A request for something of a bucket. */
export interface S3Request {
  method: string;
  /** For messages: what it does, such as `listing`. */
  what: string;
  /** Without, the bucket itself. */
  key?: string;
  query?: Readonly<Record<string, string>>;
  headers?: Readonly<Record<string, string>>;
  body?: Uint8Array;
  signal: AbortSignal;
}

/** What {@link S3Requests} is made of. */
export interface S3RequestsOptions {
  http: HttpClient;
  address: S3Address;
  credentials: S3CredentialSource;
  now?: () => number;
  random?: () => number;
  pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** The bucket is in another region than the signature says. */
class RegionError extends S3Error {
  constructor(
    message: string,
    options: { status: number; s3Code: string },
    readonly region: string,
  ) {
    super(message, options);
  }
}

/**
 * Signs and sends requests. What may pass is tried again a few times, ever later;
 * a clock that differs from the server's and a region that the server knows
 * better are corrected once.
 */
export class S3Requests {
  private readonly http: HttpClient;
  private readonly credentials: S3CredentialSource;
  private readonly now: () => number;
  private readonly random: () => number;
  private readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  private address: S3Address;
  /** Milliseconds that the server's clock is ahead. */
  private skew: number | undefined;
  private regionCorrected = false;

  constructor(options: S3RequestsOptions) {
    this.http = options.http;
    this.address = options.address;
    this.credentials = options.credentials;
    this.now = options.now ?? Date.now;
    this.random = options.random ?? Math.random;
    this.pause = options.pause ?? pause;
  }

  /** Host and port, for messages. */
  get host(): string {
    return this.address.host;
  }

  /**
   * An answer of success, or one of the statuses that are expected.
   *
   * @throws S3Error, NetworkError
   */
  async send(
    request: S3Request,
    expected: readonly number[] = [],
  ): Promise<HttpResponse> {
    for (let attempt = 1; ; attempt++) {
      let failure: Error;
      let wait: number | undefined;
      try {
        const response = await this.sendOnce(request);
        const { status } = response;
        if ((status >= 200 && status < 300) || expected.includes(status)) {
          return response;
        }
        const error = await errorOf(response, request, this.host);
        if (this.correct(error, response)) {
          attempt -= 1;
          continue;
        }
        if (!isTransient(error)) {
          throw error;
        }
        failure = error;
        wait = retryAfter(response);
      } catch (error) {
        if (!(
          error instanceof NetworkError && TRANSIENT_NETWORK.has(error.code)
        )) {
          throw error;
        }
        failure = error;
      }
      if (attempt >= ATTEMPTS) {
        throw failure;
      }
      await this.pause(
        Math.min(wait ?? this.backoff(attempt), LONGEST_PAUSE_MS),
        request.signal,
      );
      request.signal.throwIfAborted();
    }
  }

  private async sendOnce(request: S3Request): Promise<HttpResponse> {
    const { method, body, signal } = request;
    const { url, headers } = await signRequest(
      {
        method,
        url: this.address.urlOf(request.key),
        query: request.query ?? {},
        headers: request.headers ?? {},
        body,
      },
      {
        credentials: await this.credentials(),
        region: this.address.region,
        date: new Date(this.now() + (this.skew ?? 0)),
      },
    );
    // A signature is for one host, so redirects are not followed.
    return this.http.request(url, {
      method,
      headers,
      body,
      signal,
      redirects: 0,
      // Who reads an object counts its bytes.
      maxBytes: request.key === undefined ? ANSWER_BYTES : Infinity,
    });
  }

  /** Learns from a refusal; true where the same request is worth another try. */
  private correct(error: S3Error, response: HttpResponse): boolean {
    if (error.s3Code === 'RequestTimeTooSkewed' && this.skew === undefined) {
      const time = Date.parse(response.headers.date ?? '');
      if (Number.isNaN(time)) {
        return false;
      }
      this.skew = time - this.now();
      return true;
    }
    const region = error instanceof RegionError ? error.region : undefined;
    if (region && region !== this.address.region && !this.regionCorrected) {
      this.regionCorrected = true;
      this.address = this.address.inRegion(region);
      return true;
    }
    return false;
  }

  private backoff(attempt: number): number {
    return FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + this.random() / 2);
  }
}

async function errorOf(
  response: HttpResponse,
  request: S3Request,
  host: string,
): Promise<S3Error> {
  const { status, headers } = response;
  let s3Code = '';
  let said = '';
  let region = headers['x-amz-bucket-region'];
  try {
    const text = await response.text(ERROR_BYTES);
    const element = text.trim() && findElement(readXml(text), 'Error');
    if (element) {
      s3Code = quoted(childText(element, 'Code') ?? '');
      said = quoted(childText(element, 'Message') ?? '');
      region ??= childText(element, 'Region')?.trim() ?? '';
    }
  } catch {
    // Whoever answered speaks no S3; the status says what there is to say.
  }
  const message = `${host} answered ${request.what} with ${[
    `status ${status}`,
    s3Code && `(${s3Code})`,
    said && `: ${said}`,
  ]
    .filter(Boolean)
    .join(' ')
    .replace(' : ', ': ')}`;
  const movable =
    [301, 307, 400].includes(status) && /^[a-z0-9-]{1,40}$/.test(region ?? '');
  return movable
    ? new RegionError(message, { status, s3Code }, region!)
    : new S3Error(message, { status, s3Code });
}

function isTransient(error: S3Error): boolean {
  return (
    TRANSIENT_STATUS.has(error.status) || TRANSIENT_CODES.has(error.s3Code)
  );
}

function retryAfter({ headers }: HttpResponse): number | undefined {
  const seconds = Number(headers['retry-after'] ?? NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
}
