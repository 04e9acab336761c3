import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { assertError } from '@backstage/errors';
import {
  BucketClient,
  FetchLimits,
} from '@backstage-gitops/plugin-gitops-node';
import { ListedBucket, tooLarge } from './listObjects';

/** Objects that are fetched at the same time; as many as sockets to one host. */
const CONCURRENT = 16;
/** Of an object whose answer breaks off. */
const ATTEMPTS = 3;

/** An object on disk. */
export interface DownloadedObject {
  /** In the artifact. */
  path: string;
  /** On disk. */
  file: string;
  /** Bytes. */
  size: number;
}

/**
 * Fetches the objects of an index, a few at a time, each from its answer to disk.
 * No key is ever a name on disk. The index is corrected where an object changed
 * or went since it was listed.
 */
export async function downloadObjects(options: {
  client: BucketClient;
  listed: ListedBucket;
  directory: string;
  limits: FetchLimits;
  signal: AbortSignal;
}): Promise<DownloadedObject[]> {
  const { client, listed, limits } = options;
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const objects: DownloadedObject[] = [];
  let failure: Error | undefined;
  let bytes = 0;
  const count = (size: number) => {
    bytes += size;
    return bytes <= limits.bytes;
  };

  const fetchOnce = async (key: string, file: string) => {
    const content = await client.read(key, { signal });
    if (!content) {
      return undefined;
    }
    const size = await write(content.body, file, { count, limits, signal });
    return { etag: content.etag, size };
  };

  const download = async (key: string, number: number) => {
    const file = path.join(options.directory, `object-${number}`);
    const fetched = await withoutBreaks(() => fetchOnce(key, file));
    if (!fetched) {
      listed.index.delete(key);
      return;
    }
    if (fetched.etag) {
      listed.index.set(key, fetched.etag);
    }
    objects.push({ path: listed.paths.get(key)!, file, size: fetched.size });
  };

  const queue = [...listed.index.keys()].entries();
  const worker = async () => {
    for (const [number, key] of queue) {
      try {
        signal.throwIfAborted();
        await download(key, number);
      } catch (error) {
        assertError(error);
        failure ??= new Error(
          `failed to get '${key}' object: ${error.message}`,
        );
        failed.abort(failure);
        return;
      }
    }
  };
  // All of them end before the directory may go.
  await Promise.all(Array.from({ length: CONCURRENT }, worker));
  options.signal.throwIfAborted();
  if (failure) {
    throw failure;
  }
  return objects;
}

/** Begins anew where a connection breaks; requests that are refused are tried again elsewhere. */
async function withoutBreaks<T>(fetch: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await fetch();
    } catch (error) {
      const { code } = error as { code?: string };
      if (code !== 'GITOPS_NETWORK_BROKEN' || attempt === ATTEMPTS) {
        throw error;
      }
    }
  }
}

async function write(
  body: NodeJS.ReadableStream,
  file: string,
  options: {
    count(size: number): boolean;
    limits: FetchLimits;
    signal: AbortSignal;
  },
): Promise<number> {
  let size = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _, callback) {
      size += chunk.length;
      callback(
        options.count(chunk.length) ? null : tooLarge(options.limits),
        chunk,
      );
    },
  });
  try {
    await pipeline(body, measure, createWriteStream(file, { mode: 0o600 }), {
      signal: options.signal,
    });
  } catch (error) {
    options.count(-size);
    throw error;
  }
  return size;
}
