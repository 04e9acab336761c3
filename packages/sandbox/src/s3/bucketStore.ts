import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Content, ContentWriter } from './contents';
import { contentOf, fileContents, memoryContents } from './contents';
import { S3Error } from './s3Error';

/** An object of a bucket. */
export interface StoredObject {
  key: string;
  /** Without quotes. */
  etag: string;
  lastModified: Date;
  /** Headers that come back with it, such as `content-type`. */
  headers: Readonly<Record<string, string>>;
  content: Content;
}

/** A multipart upload that is not complete. */
export interface Upload {
  key: string;
  headers: Readonly<Record<string, string>>;
  parts: Map<number, Content>;
  begun: Date;
}

/**
 * What requests may do with a bucket that nobody signed.
 *
 * @public
 */
export type AnonymousAccess = 'none' | 'read' | 'read-write';

interface ObjectRecord {
  key: string;
  etag: string;
  lastModified: string;
  headers: Record<string, string>;
  size: number;
  md5: string;
}

/** A bucket and its objects. */
export class Bucket {
  anonymous: AnonymousAccess = 'none';
  readonly uploads = new Map<string, Upload>();
  private readonly objects = new Map<string, StoredObject>();
  private sorted: string[] | undefined;

  constructor(
    readonly name: string,
    readonly createdAt: Date,
  ) {}

  /** Keys in the order of their UTF-8 bytes, as S3 lists them. */
  keys(): readonly string[] {
    this.sorted ??= [...this.objects.keys()].sort(compareKeys);
    return this.sorted;
  }

  find(key: string): StoredObject | undefined {
    return this.objects.get(key);
  }

  get(key: string): StoredObject {
    const object = this.find(key);
    if (!object) {
      throw new S3Error('NoSuchKey', 'The specified key does not exist.', {
        Key: key,
      });
    }
    return object;
  }

  set(object: StoredObject): void {
    if (!this.objects.has(object.key)) this.sorted = undefined;
    this.remove(object.key, object.content);
    this.objects.set(object.key, object);
    const { file } = object.content;
    if (file) fs.writeFileSync(`${file}.json`, recordOf(object));
  }

  delete(key: string): void {
    if (this.objects.has(key)) this.sorted = undefined;
    this.remove(key);
    this.objects.delete(key);
  }

  private remove(key: string, successor?: Content): void {
    const content = this.objects.get(key)?.content;
    if (!content || content === successor) return;
    if (content.file) fs.rmSync(`${content.file}.json`, { force: true });
    content.discard();
  }
}

/** Buckets in memory or, with a directory, in files. */
export class BucketStore {
  private readonly buckets = new Map<string, Bucket>();
  private readonly directory: string | undefined;
  private readonly now: () => Date;

  constructor(options: { directory?: string; now: () => Date }) {
    this.directory = options.directory;
    this.now = options.now;
    this.load();
  }

  list(): Bucket[] {
    return [...this.buckets.values()].sort((a, b) =>
      compareKeys(a.name, b.name),
    );
  }

  get(name: string): Bucket {
    const bucket = this.buckets.get(name);
    if (!bucket) {
      throw new S3Error('NoSuchBucket', 'The specified bucket does not exist', {
        BucketName: name,
      });
    }
    return bucket;
  }

  create(name: string): Bucket {
    if (
      !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) ||
      name.includes('..')
    ) {
      throw new S3Error(
        'InvalidBucketName',
        'The specified bucket is not valid.',
        {
          BucketName: name,
        },
      );
    }
    if (this.buckets.has(name)) {
      throw new S3Error(
        'BucketAlreadyOwnedByYou',
        'Your previous request to create the named bucket succeeded and you already own it.',
        { BucketName: name },
      );
    }
    const bucket = new Bucket(name, this.now());
    this.buckets.set(name, bucket);
    if (this.directory) {
      fs.mkdirSync(path.join(this.directory, name), { recursive: true });
    }
    return bucket;
  }

  delete(name: string): void {
    if (this.get(name).keys().length > 0) {
      throw new S3Error(
        'BucketNotEmpty',
        'The bucket you tried to delete is not empty',
        { BucketName: name },
      );
    }
    this.buckets.delete(name);
    if (this.directory) {
      fs.rmSync(path.join(this.directory, name), {
        recursive: true,
        force: true,
      });
    }
  }

  /** Where the bytes of a bucket's objects go. */
  writer(bucket: Bucket): ContentWriter {
    return this.directory
      ? fileContents(path.join(this.directory, bucket.name))
      : memoryContents;
  }

  private load(): void {
    if (!this.directory) return;
    fs.mkdirSync(this.directory, { recursive: true });
    for (const name of fs.readdirSync(this.directory)) {
      const folder = path.join(this.directory, name);
      const bucket = new Bucket(name, fs.statSync(folder).birthtime);
      this.buckets.set(name, bucket);
      for (const entry of fs.readdirSync(folder)) {
        const file = path.join(folder, entry.replace(/\.json$/, ''));
        if (entry.endsWith('.json')) bucket.set(readObject(file));
        // Bytes of an upload that was never completed.
        else if (!fs.existsSync(`${file}.json`)) fs.rmSync(file);
      }
    }
  }
}

function recordOf(object: StoredObject): string {
  const { key, etag, lastModified, headers, content } = object;
  return JSON.stringify({
    key,
    etag,
    lastModified: lastModified.toISOString(),
    headers,
    size: content.size,
    md5: content.md5,
  });
}

function readObject(file: string): StoredObject {
  const record = JSON.parse(
    fs.readFileSync(`${file}.json`, 'utf8'),
  ) as ObjectRecord;
  return {
    ...record,
    lastModified: new Date(record.lastModified),
    content: contentOf(file, record),
  };
}

/** The etag of an object of several parts. */
export function multipartEtag(parts: readonly Content[]): string {
  const md5 = createHash('md5');
  for (const part of parts) md5.update(Buffer.from(part.md5, 'hex'));
  return `${md5.digest('hex')}-${parts.length}`;
}

export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
