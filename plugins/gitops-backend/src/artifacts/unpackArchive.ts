import { pipeline } from 'node:stream/promises';
import { Readable, Transform, Writable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract, Extract } from 'tar-stream';
import { CustomErrorBase } from '@backstage/errors';

/** Bounds of what one archive may hold. */
export interface ArchiveLimits {
  /** Bytes of all files together. Default 512 MiB. */
  maxTotalSize?: number;
  /** Bytes of one file. Default 64 MiB. */
  maxFileSize?: number;
  /** Default 100,000. */
  maxEntries?: number;
}

/** An archive that is damaged, too large, or tries to leave its folder. */
export class ArchiveError extends CustomErrorBase {
  readonly name = 'ArchiveError';
  readonly code = 'GITOPS_BAD_ARCHIVE';

  constructor(problem: string) {
    super(`The artifact cannot be unpacked: ${problem}`);
  }
}

/** A regular file of an archive. */
export interface ArchivedFile {
  /** Without leading slash, with slashes. */
  path: string;
  executable: boolean;
  /** Never longer than the limits allow; read it whole. */
  content: AsyncIterable<Buffer>;
}

const FILE_TYPES: ReadonlySet<string> = new Set(['file', 'contiguous-file']);

const DEFAULTS: Required<ArchiveLimits> = {
  maxTotalSize: 512 * 1024 * 1024,
  maxFileSize: 64 * 1024 * 1024,
  maxEntries: 100_000,
};

/**
 * Reads a gzip-compressed tar and gives its files away one by one. Only regular
 * files are taken; links and devices are passed over. Paths that leave the
 * archive's root, and entries beyond the limits, refuse the whole archive.
 *
 * @throws ArchiveError, and what the source or `take` fails with
 */
export async function unpackArchive(
  source: Readable,
  options: { limits?: ArchiveLimits; signal?: AbortSignal },
  take: (file: ArchivedFile) => Promise<void>,
): Promise<void> {
  const limits = { ...DEFAULTS, ...options.limits };
  const unpack = extract();
  // The pipeline fails when the loop below leaves early; what the loop threw
  // is then the better answer, so the pipeline's own failure comes second.
  const transfer = pipeline(
    source,
    createGunzip(),
    bounded(limits),
    unpack as unknown as Writable,
    options.signal ? { signal: options.signal } : {},
  ).then(
    () => undefined,
    error => error as NodeJS.ErrnoException,
  );
  try {
    await walk(unpack, limits, take);
    const failure = await transfer;
    if (failure) {
      throw failure;
    }
  } catch (error) {
    unpack.destroy();
    const failure = await transfer;
    if (options.signal?.aborted) {
      throw options.signal.reason;
    }
    if (failure instanceof ArchiveError || error instanceof ArchiveError) {
      throw failure instanceof ArchiveError ? failure : error;
    }
    if (failure?.code?.startsWith('Z_')) {
      throw new ArchiveError(failure.message);
    }
    throw error instanceof Error && isTarError(error)
      ? new ArchiveError(error.message)
      : error;
  }
}

/**
 * Ends a stream that unpacks to more than its entries could need: the headers
 * and padding of tar count too, so that nothing can be hidden in them.
 */
function bounded(limits: Required<ArchiveLimits>): Transform {
  const perEntry = 4 * 512;
  const most = limits.maxTotalSize + limits.maxEntries * perEntry;
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _, callback) {
      seen += chunk.length;
      if (seen > most) {
        callback(new ArchiveError(`it unpacks to more than ${most} bytes`));
      } else {
        callback(null, chunk);
      }
    },
  });
}

async function walk(
  unpack: Extract,
  limits: Required<ArchiveLimits>,
  take: (file: ArchivedFile) => Promise<void>,
): Promise<void> {
  const seen = { entries: 0, bytes: 0 };
  for await (const entry of unpack) {
    const { header } = entry;
    const path = safePath(header.name);
    if (path === undefined) {
      throw new ArchiveError(
        `the entry '${header.name.slice(0, 200)}' leaves its folder`,
      );
    }
    seen.entries += 1;
    if (seen.entries > limits.maxEntries) {
      throw new ArchiveError(`it has more than ${limits.maxEntries} entries`);
    }
    const content = measured(
      entry as AsyncIterable<Buffer>,
      path,
      limits,
      seen,
    );
    if (path !== '' && FILE_TYPES.has(header.type ?? 'file')) {
      const executable = ((header.mode ?? 0) & 0o111) !== 0;
      await take({ path, executable, content });
    } else {
      for await (const _ of content) {
        // What is passed over counts all the same.
      }
    }
  }
}

async function* measured(
  entry: AsyncIterable<Buffer>,
  path: string,
  limits: Required<ArchiveLimits>,
  seen: { bytes: number },
): AsyncIterable<Buffer> {
  let size = 0;
  for await (const chunk of entry) {
    size += chunk.length;
    seen.bytes += chunk.length;
    if (size > limits.maxFileSize) {
      throw new ArchiveError(
        `'${path}' is larger than ${limits.maxFileSize} bytes`,
      );
    }
    if (seen.bytes > limits.maxTotalSize) {
      throw new ArchiveError(`it holds more than ${limits.maxTotalSize} bytes`);
    }
    yield chunk;
  }
}

/** What tar-stream and zlib say of damaged input. */
function isTarError(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return (
    code?.startsWith('Z_') === true ||
    /invalid tar header|unexpected end|incorrect header|premature close/i.test(
      error.message,
    )
  );
}

/** The path relative to the root, or undefined when it is not below it. */
function safePath(name: string): string | undefined {
  if (name.includes('\0') || name.startsWith('/') || /^[A-Za-z]:/.test(name)) {
    return undefined;
  }
  const parts: string[] = [];
  for (const part of name.split(/[\\/]/)) {
    if (part === '..') {
      return undefined;
    }
    if (part !== '' && part !== '.') {
      parts.push(part);
    }
  }
  return parts.join('/');
}
