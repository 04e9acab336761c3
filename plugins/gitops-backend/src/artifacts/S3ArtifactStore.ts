import { FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import {
  ArtifactNotFoundError,
  ArtifactStore,
  ListedArtifact,
  PutArtifactOptions,
  StoredArtifact,
} from '@backstage-gitops/plugin-gitops-node';
import { S3Client } from '../s3/S3Client';
import { S3Error } from '../s3/S3Error';
import { spoolContent } from './spoolContent';
import { verifyDigest } from './verifyDigest';

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const PART_BYTES = 8 * 1024 * 1024;
/** Parts of one upload (Amazon S3). */
const MOST_PARTS = 10_000;

/** What {@link S3ArtifactStore} is made of. */
export interface S3ArtifactStoreOptions {
  client: S3Client;
  /** Of every key, such as `gitops/`. Default none. */
  prefix?: string;
  /** Bytes of the parts that larger artifacts are written in. Default 8 MiB. */
  partBytes?: number;
}

/**
 * Artifacts as objects of a bucket, `<prefix>sha256/<2 hex>/<62 hex>`. Content
 * lies on disk until its digest is known, so it is sent once, and not at all where
 * it is there already. An object appears when its last part is there, so readers
 * and a crash see all of it or nothing.
 */
export class S3ArtifactStore implements ArtifactStore {
  private readonly client: S3Client;
  private readonly prefix: string;
  private readonly partBytes: number;

  constructor(options: S3ArtifactStoreOptions) {
    this.client = options.client;
    this.prefix = options.prefix ?? '';
    this.partBytes = options.partBytes ?? PART_BYTES;
  }

  async put(
    content: Readable | Uint8Array,
    options: PutArtifactOptions = {},
  ): Promise<StoredArtifact> {
    const signal = options.signal ?? unbounded();
    const directory = await mkdtemp(path.join(tmpdir(), 'gitops-artifact-'));
    try {
      const file = path.join(directory, 'content');
      const stored = await spoolContent(content, file, options);
      const key = this.keyOf(stored.digest);
      if (!(await this.renewed(key, stored.size, signal))) {
        await this.upload(key, file, stored.size, signal);
      }
      return stored;
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  async open(
    digest: string,
    options: { signal?: AbortSignal } = {},
  ): Promise<Readable> {
    const found = await this.client.get(
      this.keyOf(digest),
      options.signal ?? unbounded(),
    );
    if (!found) {
      throw new ArtifactNotFoundError(digest);
    }
    return verifyDigest(found.body, digest, options);
  }

  async has(digest: string): Promise<StoredArtifact | undefined> {
    if (!DIGEST.test(digest)) {
      return undefined;
    }
    const found = await this.client.head(this.keyOf(digest), unbounded());
    return found && { digest, size: found.size };
  }

  async delete(digest: string): Promise<void> {
    await this.client.delete(this.keyOf(digest), unbounded());
  }

  async *list(): AsyncIterable<ListedArtifact> {
    const prefix = `${this.prefix}sha256/`;
    const signal = unbounded();
    for await (const object of this.client.list({ prefix, signal })) {
      const digest = `sha256:${object.key.slice(prefix.length).replace('/', '')}`;
      if (DIGEST.test(digest) && this.keyOf(digest) === object.key) {
        yield { digest, size: object.size, storedAt: object.modifiedAt };
      }
    }
  }

  async sweep({ before }: { before: Date }): Promise<void> {
    const prefix = `${this.prefix}sha256/`;
    const signal = unbounded();
    for await (const upload of this.client.listUploads({ prefix, signal })) {
      if (upload.begun < before && upload.key.startsWith(prefix)) {
        await this.client.abortUpload(upload, signal);
      }
    }
  }

  /** Shows garbage collection that somebody relies on it again, if it is there. */
  private async renewed(
    key: string,
    size: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    if ((await this.client.head(key, signal))?.size !== size) {
      return false;
    }
    try {
      await this.client.copy(key, key, signal);
      return true;
    } catch (error) {
      // It went in between.
      if (error instanceof S3Error && error.s3Code === 'NoSuchKey') {
        return false;
      }
      throw error;
    }
  }

  private async upload(
    key: string,
    file: string,
    size: number,
    signal: AbortSignal,
  ): Promise<void> {
    const handle = await open(file, 'r');
    try {
      if (size <= this.partBytes) {
        await this.client.put(key, await readPart(handle, 0, size), signal);
      } else {
        await this.uploadParts(key, handle, size, signal);
      }
    } finally {
      await handle.close();
    }
  }

  private async uploadParts(
    key: string,
    handle: FileHandle,
    size: number,
    signal: AbortSignal,
  ): Promise<void> {
    const partBytes = Math.max(this.partBytes, Math.ceil(size / MOST_PARTS));
    const upload = { key, id: await this.client.createUpload(key, signal) };
    try {
      const etags: string[] = [];
      for (let start = 0; start < size; start += partBytes) {
        const length = Math.min(partBytes, size - start);
        const part = await readPart(handle, start, length);
        etags.push(
          await this.client.putPart(upload, etags.length + 1, part, signal),
        );
      }
      await this.client.completeUpload(upload, etags, signal);
    } catch (error) {
      // What cannot be given up now is swept later.
      await this.client.abortUpload(upload, unbounded()).catch(() => {});
      throw error;
    }
  }

  private keyOf(digest: string): string {
    if (!DIGEST.test(digest)) {
      throw new ArtifactNotFoundError(digest);
    }
    const hex = digest.slice('sha256:'.length);
    return `${this.prefix}sha256/${hex.slice(0, 2)}/${hex.slice(2)}`;
  }
}

async function readPart(
  handle: FileHandle,
  start: number,
  length: number,
): Promise<Buffer> {
  const part = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(
      part,
      filled,
      length - filled,
      start + filled,
    );
    if (bytesRead === 0) {
      throw new Error('the file of an artifact became shorter');
    }
    filled += bytesRead;
  }
  return part;
}

/** Requests have time limits of their own. */
function unbounded(): AbortSignal {
  return new AbortController().signal;
}
