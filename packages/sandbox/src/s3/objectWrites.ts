import { randomUUID } from 'node:crypto';
import type { Bucket, BucketStore, StoredObject, Upload } from './bucketStore';
import { multipartEtag } from './bucketStore';
import type { Content } from './contents';
import { joined } from './contents';
import { checkWriteConditions } from './objectReads';
import { readPayload } from './payload';
import { S3Error } from './s3Error';
import type { ParsedRequest } from './s3Request';
import { header, parameter } from './s3Request';
import type { Signature } from './signature';
import { contentsOf, element, s3Element, textOf, xmlDocument } from './xml';

const LONGEST_KEY = 1024;
const SMALLEST_PART = 5 * 1024 * 1024;
const MOST_PARTS = 10_000;
const KEPT_HEADERS =
  /^(content-type|content-encoding|content-disposition|content-language|cache-control|expires|x-amz-meta-.*)$/;

/** Writes of objects: at once, as copies, and in parts. */
export class ObjectWrites {
  constructor(
    private readonly store: BucketStore,
    private readonly now: () => Date,
  ) {}

  async put(
    bucket: Bucket,
    key: string,
    request: ParsedRequest,
    signature: Signature | undefined,
  ): Promise<StoredObject> {
    checkKey(key);
    checkWriteConditions(bucket.find(key), request);
    const content = await this.store.writer(bucket)(
      readPayload(request, signature),
    );
    // Another may have written while the body came in.
    checkWriteConditions(bucket.find(key), request);
    return this.save(bucket, key, keptHeaders(request), content, content.md5);
  }

  /** @returns the answer's body */
  async copy(
    bucket: Bucket,
    key: string,
    request: ParsedRequest,
    mayRead: (bucket: Bucket, key: string) => void,
  ): Promise<string> {
    checkKey(key);
    const source = this.sourceOf(request, mayRead);
    const replaces = header(request, 'x-amz-metadata-directive') === 'REPLACE';
    if (source.bucket === bucket && source.object.key === key && !replaces) {
      throw new S3Error(
        'InvalidArgument',
        'This copy request is illegal because it is trying to copy an object to itself without changing the object.',
      );
    }
    const content = await this.store.writer(bucket)(
      joined([source.object.content]),
    );
    const saved = this.save(
      bucket,
      key,
      replaces ? keptHeaders(request) : source.object.headers,
      content,
      content.md5,
    );
    return copyResult('CopyObjectResult', saved.etag, saved.lastModified);
  }

  createUpload(bucket: Bucket, key: string, request: ParsedRequest): string {
    checkKey(key);
    const id = randomUUID();
    bucket.uploads.set(id, {
      key,
      headers: keptHeaders(request),
      parts: new Map(),
      begun: this.now(),
    });
    return xmlDocument(
      s3Element('InitiateMultipartUploadResult', [
        element('Bucket', bucket.name),
        element('Key', key),
        element('UploadId', id),
      ]),
    );
  }

  async putPart(
    bucket: Bucket,
    request: ParsedRequest,
    signature: Signature | undefined,
  ): Promise<Content> {
    const number = Number(parameter(request, 'partNumber'));
    if (!Number.isInteger(number) || number < 1 || number > MOST_PARTS) {
      throw new S3Error(
        'InvalidArgument',
        'Part number must be an integer between 1 and 10000, inclusive',
      );
    }
    const upload = uploadOf(bucket, request);
    const content = await this.store.writer(bucket)(
      readPayload(request, signature),
    );
    upload.parts.get(number)?.discard();
    upload.parts.set(number, content);
    return content;
  }

  async completeUpload(
    bucket: Bucket,
    request: ParsedRequest,
    body: string,
  ): Promise<string> {
    const upload = uploadOf(bucket, request);
    checkWriteConditions(bucket.find(upload.key), request);
    const parts = chosenParts(upload, body);
    const content = await this.store.writer(bucket)(joined(parts));
    const saved = this.save(
      bucket,
      upload.key,
      upload.headers,
      content,
      multipartEtag(parts),
    );
    this.abortUpload(bucket, request);
    return xmlDocument(
      s3Element('CompleteMultipartUploadResult', [
        element('Bucket', bucket.name),
        element('Key', upload.key),
        element('ETag', `"${saved.etag}"`),
      ]),
    );
  }

  abortUpload(bucket: Bucket, request: ParsedRequest): void {
    const upload = uploadOf(bucket, request);
    for (const part of upload.parts.values()) part.discard();
    bucket.uploads.delete(parameter(request, 'uploadId') ?? '');
  }

  private sourceOf(
    request: ParsedRequest,
    mayRead: (bucket: Bucket, key: string) => void,
  ): { bucket: Bucket; object: StoredObject } {
    const text = decodeURIComponent(
      (header(request, 'x-amz-copy-source') ?? '').split('?')[0],
    ).replace(/^\//, '');
    const slash = text.indexOf('/');
    const bucket = this.store.get(text.slice(0, slash));
    const key = text.slice(slash + 1);
    mayRead(bucket, key);
    return { bucket, object: bucket.get(key) };
  }

  private save(
    bucket: Bucket,
    key: string,
    headers: Readonly<Record<string, string>>,
    content: Content,
    etag: string,
  ): StoredObject {
    const object = { key, etag, headers, content, lastModified: this.now() };
    bucket.set(object);
    return object;
  }
}

function chosenParts(upload: Upload, body: string): Content[] {
  const listed = contentsOf(body, 'Part');
  if (listed.length === 0) {
    throw new S3Error('MalformedXML', 'The body names no parts.');
  }
  const numbers = listed.map(xml => Number(textOf(xml, 'PartNumber')));
  if (
    numbers.some((number, index) => index > 0 && number <= numbers[index - 1])
  ) {
    throw new S3Error(
      'InvalidPartOrder',
      'The list of parts was not in ascending order.',
    );
  }
  return listed.map((xml, index) => {
    const number = numbers[index];
    const etag = textOf(xml, 'ETag')?.replace(/^"(.*)"$/, '$1');
    const part = upload.parts.get(number);
    if (!part || part.md5 !== etag) {
      throw new S3Error(
        'InvalidPart',
        'One or more of the specified parts could not be found.',
      );
    }
    if (part.size < SMALLEST_PART && index < listed.length - 1) {
      throw new S3Error(
        'EntityTooSmall',
        'Your proposed upload is smaller than the minimum allowed size',
      );
    }
    return part;
  });
}

function uploadOf(bucket: Bucket, request: ParsedRequest): Upload {
  const upload = bucket.uploads.get(parameter(request, 'uploadId') ?? '');
  if (!upload || upload.key !== request.key) {
    throw new S3Error(
      'NoSuchUpload',
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    );
  }
  return upload;
}

function copyResult(name: string, etag: string, time: Date): string {
  return xmlDocument(
    s3Element(name, [
      element('LastModified', time.toISOString()),
      element('ETag', `"${etag}"`),
    ]),
  );
}

function keptHeaders(request: ParsedRequest): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of Object.keys(request.headers)) {
    if (KEPT_HEADERS.test(name)) kept[name] = header(request, name) ?? '';
  }
  return kept;
}

function checkKey(key: string): void {
  if (Buffer.byteLength(key) > LONGEST_KEY) {
    throw new S3Error('KeyTooLongError', 'Your key is too long', {
      MaxSizeAllowed: String(LONGEST_KEY),
    });
  }
}
