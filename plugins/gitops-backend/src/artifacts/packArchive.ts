import { PassThrough, pipeline, Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { gzipBlocks } from './gzipBlocks';

/** A file to be archived; the path is relative, with slashes. */
export interface ArchiveEntry {
  path: string;
  executable: boolean;
  content: Uint8Array | StreamedContent;
}

/** Content that need not be in memory as a whole. */
export interface StreamedContent {
  /** Bytes that `open` gives, no more and no less. */
  size: number;
  open(): Readable;
}

/**
 * Writes files as the gzip-compressed tar of an artifact: same files, same
 * bytes. Owners, names and times are left out; modes are 0600, 0700 with an
 * exec bit, and 0750 for directories (Flux 2.9). Entries must come in the order
 * of a directory walk.
 */
export function packArchive(
  entries: AsyncIterable<ArchiveEntry> | Iterable<ArchiveEntry>,
): Readable {
  const tar = pack();
  const output = new PassThrough();
  // Failures of the entries and of the reader reach each other through here.
  pipeline(
    tar as unknown as AsyncIterable<Uint8Array>,
    gzipBlocks,
    output,
    () => {},
  );
  addAll(tar, entries).catch(error => {
    output.destroy(error);
    tar.destroy(error);
  });
  return output;
}

async function addAll(
  tar: ReturnType<typeof pack>,
  entries: AsyncIterable<ArchiveEntry> | Iterable<ArchiveEntry>,
): Promise<void> {
  const directories = new Set<string>();
  for await (const { path, executable, content } of entries) {
    const parts = path.split('/');
    for (let depth = 1; depth < parts.length; depth++) {
      const directory = parts.slice(0, depth).join('/');
      if (!directories.has(directory)) {
        directories.add(directory);
        await add(tar, {
          name: `${directory}/`,
          type: 'directory',
          mode: 0o750,
        });
      }
    }
    await add(
      tar,
      { name: path, type: 'file', mode: executable ? 0o700 : 0o600 },
      content,
    );
  }
  tar.finalize();
}

function add(
  tar: ReturnType<typeof pack>,
  header: { name: string; type: 'file' | 'directory'; mode: number },
  content?: ArchiveEntry['content'],
): Promise<void> {
  return new Promise((resolve, reject) => {
    const entry = {
      ...header,
      mtime: new Date(0),
      uid: 0,
      gid: 0,
      uname: '',
      gname: '',
    };
    const done = (error?: Error | null) => (error ? reject(error) : resolve());
    if (content && 'open' in content) {
      const { size } = content;
      const sink = tar.entry({ ...entry, size }, done);
      pipeline(content.open(), sink, error => error && reject(error));
    } else if (content) {
      tar.entry(entry, bufferOf(content), done);
    } else {
      tar.entry(entry, done);
    }
  });
}

/** Without copying it. */
function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
