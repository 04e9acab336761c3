import { createReadStream } from 'node:fs';
import { FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { ArchiveLimits, unpackArchive } from './unpackArchive';

/** A file whose content lies on disk until its spool is closed. */
export interface SpooledFile {
  path: string;
  executable: boolean;
  /** Bytes. */
  size: number;
  /** The content as a whole. */
  read(): Promise<Buffer>;
  /** The content piece by piece. */
  open(): Readable;
}

/**
 * Unpacks a gzip-compressed tar without holding its files in memory: their
 * contents follow each other in one file, so that no name of the archive is ever
 * a name on disk. Of two entries with one path the later counts. Limits and errors
 * are those of {@link unpackArchive}.
 *
 * @param spool - a file that does not exist yet; the caller deletes it
 */
export async function spoolArchive(
  source: Readable,
  spool: string,
  options: { limits?: ArchiveLimits; signal?: AbortSignal } = {},
): Promise<ReadonlyMap<string, SpooledFile>> {
  const files = new Map<string, SpooledFile>();
  const handle = await open(spool, 'wx', 0o600);
  try {
    let end = 0;
    await unpackArchive(source, options, async file => {
      const start = end;
      for await (const chunk of file.content) {
        await handle.write(chunk, 0, chunk.length, end);
        end += chunk.length;
      }
      const { path, executable } = file;
      files.set(path, spooled(spool, { path, executable, start, end }));
    });
  } finally {
    await handle.close();
  }
  return files;
}

function spooled(
  spool: string,
  file: { path: string; executable: boolean; start: number; end: number },
): SpooledFile {
  const { path, executable, start, end } = file;
  const size = end - start;
  return {
    path,
    executable,
    size,
    read: () => readPart(spool, start, size),
    open: () =>
      size === 0
        ? Readable.from([])
        : createReadStream(spool, { start, end: end - 1 }),
  };
}

async function readPart(
  spool: string,
  start: number,
  size: number,
): Promise<Buffer> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(spool, 'r');
    const buffer = Buffer.allocUnsafe(size);
    await handle.read(buffer, 0, size, start);
    return buffer;
  } finally {
    await handle?.close();
  }
}
