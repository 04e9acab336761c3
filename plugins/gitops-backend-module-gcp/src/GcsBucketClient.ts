import { setTimeout as pause } from 'node:timers/promises';
import {
  BucketClient,
  BucketContent,
  BucketObject,
  HttpClient,
  HttpResponse,
  NetworkError,
} from '@backstage-gitops/plugin-gitops-node';
import { GoogleError, googleErrorOf } from './GoogleError';

const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 200;
const PAGE_BYTES = 16 * 1024 * 1024;
const MOST_PAGES = 100_000;
const TRANSIENT: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** What {@link GcsBucketClient} is made of. */
export interface GcsBucketClientOptions {
  http: HttpClient;
  bucketName: string;
  /** Of the JSON API, without a path. */
  address: string;
  token(): Promise<{ value: string }>;
  /** Between attempts, in milliseconds. Default 200, and ever longer. */
  pauseMs?: number;
  close?(): void;
}

/** A bucket of Google Cloud Storage, by its JSON API. */
export class GcsBucketClient implements BucketClient {
  private readonly options: GcsBucketClientOptions;
  private readonly bucket: string;

  constructor(options: GcsBucketClientOptions) {
    this.options = options;
    this.bucket = `/storage/v1/b/${encodeURIComponent(options.bucketName)}`;
  }

  async exists({ signal }: { signal: AbortSignal }): Promise<boolean> {
    const response = await this.get(
      this.bucket,
      { fields: 'name' },
      { what: 'looking for the bucket', signal },
    );
    await response?.dump();
    return response !== undefined;
  }

  async *list(options: {
    prefix?: string;
    signal: AbortSignal;
  }): AsyncIterable<BucketObject> {
    const seen = new Set<string>();
    let pageToken: string | undefined;
    do {
      const page = await this.json(
        `${this.bucket}/o`,
        {
          fields: 'items(name,etag,size),nextPageToken',
          maxResults: '1000',
          ...(options.prefix && { prefix: options.prefix }),
          ...(pageToken && { pageToken }),
        },
        { what: 'listing the bucket', signal: options.signal },
      );
      for (const item of Array.isArray(page?.items) ? page.items : []) {
        yield {
          key: String(item.name),
          etag: String(item.etag),
          size: Number(item.size),
        };
      }
      pageToken = page?.nextPageToken ? String(page.nextPageToken) : undefined;
      if (pageToken && (seen.has(pageToken) || seen.size > MOST_PAGES)) {
        throw new GoogleError('the listing does not end', 0);
      }
      seen.add(pageToken ?? '');
    } while (pageToken);
  }

  async read(
    key: string,
    { signal }: { signal: AbortSignal },
  ): Promise<BucketContent | undefined> {
    const path = `${this.bucket}/o/${encodeURIComponent(key)}`;
    const what = `reading object '${key}'`;
    // Only the description has the etag that listings show.
    const object = await this.json(
      path,
      { fields: 'etag,generation' },
      { what, signal },
    );
    if (!object) {
      return undefined;
    }
    const response = await this.get(
      path,
      { alt: 'media', generation: String(object.generation) },
      { what, signal, maxBytes: Infinity },
    );
    return response && { etag: String(object.etag), body: response.body };
  }

  async close(): Promise<void> {
    this.options.close?.();
  }

  private async json(
    path: string,
    query: Record<string, string>,
    request: { what: string; signal: AbortSignal },
  ) {
    const response = await this.get(path, query, request);
    if (!response) {
      return undefined;
    }
    try {
      return JSON.parse(await response.text(PAGE_BYTES)) as Record<
        string,
        unknown
      >;
    } catch (error) {
      if (error instanceof SyntaxError) {
        throw new GoogleError(`the answer to ${request.what} is no JSON`, 0);
      }
      throw error;
    }
  }

  /** @returns undefined where there is no such thing */
  private async get(
    path: string,
    query: Record<string, string>,
    request: { what: string; signal: AbortSignal; maxBytes?: number },
  ): Promise<HttpResponse | undefined> {
    const { http, address, token } = this.options;
    const { what, signal, maxBytes = PAGE_BYTES } = request;
    const url = new URL(path, address);
    url.search = new URLSearchParams(query).toString();
    for (let attempt = 1; ; attempt++) {
      let failure: Error;
      try {
        const response = await http.request(url, {
          authorization: `Bearer ${(await token()).value}`,
          ...{ signal, maxBytes },
          redirects: 0,
        });
        if (response.status === 200) {
          return response;
        }
        if (response.status === 404) {
          await response.dump();
          return undefined;
        }
        failure = await googleErrorOf(response, what);
        if (!TRANSIENT.has(response.status)) {
          throw failure;
        }
      } catch (error) {
        if (
          !(error instanceof NetworkError) ||
          error.code !== 'GITOPS_NETWORK_UNREACHABLE'
        ) {
          throw error;
        }
        failure = error;
      }
      if (attempt === ATTEMPTS) {
        throw failure;
      }
      const { pauseMs = FIRST_PAUSE_MS } = this.options;
      await pause(pauseMs * 2 ** (attempt - 1), undefined, { signal });
    }
  }
}
