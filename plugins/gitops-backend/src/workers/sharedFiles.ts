import { ArchiveFiles } from '../artifacts/readArchive';
import { TimeSlice } from './TimeSlice';

/**
 * The files of an artifact in memory that threads share: to hand it to a
 * worker costs the same whatever its size. For each file follow each other the
 * length of its path and of its content (unsigned, 32 bits, little endian), the
 * path in UTF-8 and the content.
 */
export type SharedFiles = SharedArrayBuffer;

const HEADER = 8;

/**
 * Copies the files of artifacts into shared memory, each artifact once for as
 * long as somebody else keeps its files.
 */
export class FileSharer {
  private readonly shared = new WeakMap<ArchiveFiles, Promise<SharedFiles>>();

  share(files: ArchiveFiles): Promise<SharedFiles> {
    let shared = this.shared.get(files);
    if (!shared) {
      shared = copy(files);
      this.shared.set(files, shared);
      shared.catch(() => this.shared.delete(files));
    }
    return shared;
  }
}

async function copy(files: ArchiveFiles): Promise<SharedFiles> {
  const slice = new TimeSlice();
  let size = 0;
  for (const [path, content] of files) {
    size += HEADER + Buffer.byteLength(path) + content.length;
    if (slice.isOver) {
      await slice.next();
    }
  }
  const shared = new SharedArrayBuffer(size);
  const bytes = Buffer.from(shared);
  let position = 0;
  for (const [path, content] of files) {
    const pathLength = bytes.write(path, position + HEADER);
    bytes.writeUInt32LE(pathLength, position);
    bytes.writeUInt32LE(content.length, position + 4);
    position += HEADER + pathLength;
    bytes.set(content, position);
    position += content.length;
    if (slice.isOver) {
      await slice.next();
    }
  }
  return shared;
}

/** The files again; their contents are views into the shared memory. */
export function readSharedFiles(shared: SharedFiles): ArchiveFiles {
  const bytes = Buffer.from(shared);
  const files = new Map<string, Buffer>();
  let position = 0;
  while (position < bytes.length) {
    const start = position + HEADER;
    const middle = start + bytes.readUInt32LE(position);
    const end = middle + bytes.readUInt32LE(position + 4);
    files.set(
      bytes.toString('utf8', start, middle),
      bytes.subarray(middle, end),
    );
    position = end;
  }
  return files;
}
