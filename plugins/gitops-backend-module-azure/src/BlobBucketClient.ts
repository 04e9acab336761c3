import { Readable } from 'node:stream';
import { RestError } from '@azure/core-rest-pipeline';
import { ContainerClient } from '@azure/storage-blob';
import { CustomErrorBase } from '@backstage/errors';
import {
  BucketClient,
  BucketContent,
  BucketObject,
  NetworkError,
} from '@backstage-gitops/plugin-gitops-node';

const PAGE_SIZE = 1000;
const MOST_PAGES = 100_000;
const QUOTED = 300;

/** Azure refused a request, or answered what cannot be. */
export class BlobError extends CustomErrorBase {
  readonly name = 'BlobError';
  readonly code = 'GITOPS_AZURE_BLOB';
}

/** A container of Azure Blob Storage. */
export class BlobBucketClient implements BucketClient {
  constructor(private readonly container: ContainerClient) {}

  async exists({ signal }: { signal: AbortSignal }): Promise<boolean> {
    try {
      await this.container
        .listBlobsFlat({ abortSignal: signal })
        .byPage({ maxPageSize: 1 })
        .next();
      return true;
    } catch (error) {
      if (codeOf(error) === 'ContainerNotFound') {
        return false;
      }
      const failure = described(error, signal);
      if (codeOf(error) === 'AuthenticationFailed') {
        throw new BlobError(
          `the specified bucket name may be incorrect, nonexistent, or the caller might lack sufficient permissions to access it: ${failure.message}`,
        );
      }
      throw failure;
    }
  }

  async *list(options: {
    prefix?: string;
    signal: AbortSignal;
  }): AsyncIterable<BucketObject> {
    const { prefix, signal } = options;
    const seen = new Set<string>();
    try {
      const pages = this.container
        .listBlobsFlat({ prefix, abortSignal: signal })
        .byPage({ maxPageSize: PAGE_SIZE });
      for await (const { segment, continuationToken } of pages) {
        for (const { name, properties } of segment.blobItems) {
          yield {
            key: name,
            etag: etagOf(properties.etag),
            size: properties.contentLength ?? 0,
          };
        }
        if (
          continuationToken &&
          (seen.has(continuationToken) || seen.size > MOST_PAGES)
        ) {
          throw new BlobError('the listing does not end');
        }
        seen.add(continuationToken ?? '');
      }
    } catch (error) {
      throw described(error, signal);
    }
  }

  async read(
    key: string,
    { signal }: { signal: AbortSignal },
  ): Promise<BucketContent | undefined> {
    try {
      const answer = await this.container
        .getBlobClient(key)
        .download(0, undefined, { abortSignal: signal });
      return {
        etag: etagOf(answer.etag ?? ''),
        body: Readable.from(answer.readableStreamBody ?? []),
      };
    } catch (error) {
      if (codeOf(error) === 'BlobNotFound') {
        return undefined;
      }
      throw described(error, signal);
    }
  }

  async close(): Promise<void> {
    // Connections belong to whoever gave them.
  }
}

/**
 * Answers with content have it in quotes and listings have not. With them, as Flux
 * 2.9 has them in revisions, both are the same.
 */
function etagOf(etag: string): string {
  return `"${etag.replace(/^"(.*)"$/, '$1')}"`;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof RestError ? error.code : undefined;
}

/** The message of the SDK has lines that change with each request. */
function described(error: unknown, signal: AbortSignal): Error {
  signal.throwIfAborted();
  if (error instanceof NetworkError || error instanceof BlobError) {
    return error;
  }
  if (error instanceof RestError) {
    const [first] = error.message.split(/[\r\n]/, 1);
    const status = error.statusCode
      ? `status ${error.statusCode}`
      : 'a failure';
    return new BlobError(
      `Azure answered with ${status}${error.code ? ` (${error.code})` : ''}: ${first.slice(0, QUOTED)}`,
    );
  }
  return error as Error;
}
