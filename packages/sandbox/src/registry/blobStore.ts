import { createHash, randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Readable } from 'node:stream';

/** Content by its digest. */
export interface Blob {
  size: number;
  /** Bytes from `start` to before `end`; all by default. */
  open(start?: number, end?: number): Readable;
}

/** Takes the bytes of an upload in, part by part. */
export interface BlobUpload {
  readonly id: string;
  readonly size: number;
  append(source: AsyncIterable<Buffer>): Promise<void>;
  /** @returns whether the digest is that of what was taken in */
  commit(digest: string): Promise<boolean>;
  discard(): Promise<void>;
}

class MemoryUpload {
  private readonly chunks: Buffer[] = [];
  size = 0;

  constructor(readonly id: string) {}

  async append(source: AsyncIterable<Buffer>): Promise<void> {
    for await (const chunk of source) {
      this.chunks.push(chunk);
      this.size += chunk.length;
    }
  }

  async finish(digest: string): Promise<Blob | undefined> {
    const bytes = Buffer.concat(this.chunks);
    if (!isOf(digest, [bytes])) return undefined;
    return {
      size: bytes.length,
      open: (start = 0, end = bytes.length) =>
        Readable.from([bytes.subarray(start, end)]),
    };
  }

  async discard(): Promise<void> {
    this.chunks.length = 0;
  }
}

class FileUpload {
  private readonly file: string;
  size = 0;

  constructor(
    id: string,
    private readonly directory: string,
  ) {
    this.file = path.join(directory, `upload-${id}`);
    fs.writeFileSync(this.file, '');
  }

  async append(source: AsyncIterable<Buffer>): Promise<void> {
    for await (const chunk of source) {
      fs.appendFileSync(this.file, chunk);
      this.size += chunk.length;
    }
  }

  async finish(digest: string): Promise<Blob | undefined> {
    const target = path.join(this.directory, digest.replace(':', '-'));
    const hash = hashOf(digest);
    if (!hash) return this.refuse();
    for await (const chunk of fs.createReadStream(this.file)) {
      hash.update(chunk);
    }
    if (!digest.endsWith(`:${hash.digest('hex')}`)) return this.refuse();
    fs.renameSync(this.file, target);
    return fileBlob(target);
  }

  async discard(): Promise<void> {
    fs.rmSync(this.file, { force: true });
  }

  private refuse(): undefined {
    fs.rmSync(this.file, { force: true });
  }
}

/** Keeps blobs in memory, or in files of a directory. */
export class BlobStore {
  private readonly blobs = new Map<string, Blob>();
  readonly uploads = new Map<string, BlobUpload>();

  constructor(private readonly directory: string | undefined) {
    if (directory) {
      fs.mkdirSync(directory, { recursive: true });
      for (const name of fs.readdirSync(directory)) {
        const file = path.join(directory, name);
        if (name.startsWith('upload-')) fs.rmSync(file);
        else this.blobs.set(name.replace('-', ':'), fileBlob(file));
      }
    }
  }

  get(digest: string): Blob | undefined {
    return this.blobs.get(digest);
  }

  delete(digest: string): boolean {
    if (this.directory) {
      fs.rmSync(path.join(this.directory, digest.replace(':', '-')), {
        force: true,
      });
    }
    return this.blobs.delete(digest);
  }

  /** Keeps bytes, and gives their digest. */
  async put(content: Uint8Array): Promise<string> {
    const digest = digestOf(content);
    if (!this.blobs.has(digest)) {
      const upload = this.begin();
      await upload.append(toChunks(content));
      await upload.commit(digest);
    }
    return digest;
  }

  begin(): BlobUpload {
    const id = randomUUID();
    const upload = this.directory
      ? new FileUpload(id, this.directory)
      : new MemoryUpload(id);
    const tracked: BlobUpload = {
      id,
      get size() {
        return upload.size;
      },
      append: source => upload.append(source),
      commit: async digest => {
        this.uploads.delete(id);
        const blob = await upload.finish(digest);
        if (blob) this.blobs.set(digest, blob);
        return blob !== undefined;
      },
      discard: async () => {
        this.uploads.delete(id);
        await upload.discard();
      },
    };
    this.uploads.set(id, tracked);
    return tracked;
  }
}

function fileBlob(file: string): Blob {
  const { size } = fs.statSync(file);
  return {
    size,
    open: (start = 0, end = size) =>
      start >= end
        ? Readable.from([])
        : fs.createReadStream(file, { start, end: end - 1 }),
  };
}

/** The sha256 digest of bytes. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Whether a digest is of these bytes. */
export function isOf(digest: string, bytes: readonly Uint8Array[]): boolean {
  const hash = hashOf(digest);
  for (const chunk of bytes) hash?.update(chunk);
  return hash !== undefined && digest.endsWith(`:${hash.digest('hex')}`);
}

function hashOf(digest: string) {
  const [, algorithm] = /^(sha256|sha512):[0-9a-f]+$/.exec(digest) ?? [];
  return algorithm === undefined ? undefined : createHash(algorithm);
}

async function* toChunks(content: Uint8Array): AsyncGenerator<Buffer> {
  yield Buffer.from(content);
}
