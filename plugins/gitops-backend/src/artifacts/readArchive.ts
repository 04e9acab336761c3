import { Readable } from 'node:stream';
import { ArchiveLimits, unpackArchive } from './unpackArchive';

export { ArchiveError } from './unpackArchive';
export type { ArchiveLimits } from './unpackArchive';

/** The files of an archive: path without leading slash to content. */
export type ArchiveFiles = ReadonlyMap<string, Buffer>;

/** Reads a gzip-compressed tar into memory; see {@link unpackArchive}. */
export async function readArchive(
  source: Readable,
  options: { limits?: ArchiveLimits; signal?: AbortSignal } = {},
): Promise<ArchiveFiles> {
  const files = new Map<string, Buffer>();
  await unpackArchive(source, options, async ({ path, content }) => {
    const chunks: Buffer[] = [];
    for await (const chunk of content) {
      chunks.push(chunk);
    }
    files.set(path, Buffer.concat(chunks));
  });
  return files;
}
