import { createHash } from 'node:crypto';
import { BucketObject } from '@backstage-gitops/plugin-gitops-node';
import { Readable } from 'node:stream';
import { childText, findElement, readXml, XmlElement } from './readXml';
import { escapeUri } from './S3Address';
import { S3Error } from './S3Error';
import { ANSWER_BYTES, S3Requests } from './S3Requests';

/** Keys of S3 are no longer than this, in bytes of UTF-8. */
const LONGEST_KEY = 1024;
const DEFAULT_LISTED = 1_000_000;
const MOST_PAGES = 100_000;

/** An object as a listing shows it. */
export interface ListedObject extends BucketObject {
  modifiedAt: Date;
}

/** Calls about one bucket of a service that speaks S3. */
export class S3Client {
  private readonly requests: S3Requests;
  private readonly bucket: string;
  private readonly maxListed: number;

  constructor(options: {
    requests: S3Requests;
    /** For messages and for the source of copies. */
    bucket: string;
    /** Objects that a listing shows at most. Default 1,000,000. */
    maxListed?: number;
  }) {
    this.requests = options.requests;
    this.bucket = options.bucket;
    this.maxListed = options.maxListed ?? DEFAULT_LISTED;
  }

  async bucketExists(signal: AbortSignal): Promise<boolean> {
    const response = await this.requests.send(
      { method: 'HEAD', what: `looking for bucket '${this.bucket}'`, signal },
      [404],
    );
    await response.dump();
    return response.status !== 404;
  }

  /** Objects in the order of the service, with ListObjectsV2. */
  async *list(options: {
    prefix?: string;
    signal: AbortSignal;
  }): AsyncIterable<ListedObject> {
    const seen = new Set<string>();
    let token: string | undefined;
    let listed = 0;
    do {
      const page = await this.page({ ...options, token });
      for (const object of page.objects) {
        listed += 1;
        if (listed > this.maxListed) {
          throw new S3Error(
            `the listing of bucket '${this.bucket}' has more than the ${this.maxListed} objects that are allowed; set a longer prefix`,
          );
        }
        yield object;
      }
      token = page.next;
      if (token !== undefined && (seen.has(token) || seen.size > MOST_PAGES)) {
        throw new S3Error(
          `the listing of bucket '${this.bucket}' does not end: ${this.requests.host} names a page again that was read already`,
        );
      }
      seen.add(token ?? '');
    } while (token !== undefined);
  }

  /** @returns undefined where there is no such object */
  async get(
    key: string,
    signal: AbortSignal,
  ): Promise<{ etag: string; size: number; body: Readable } | undefined> {
    checkKey(key);
    const response = await this.notFoundAs(undefined, () =>
      this.requests.send({
        method: 'GET',
        what: `reading object '${key}'`,
        key,
        signal,
      }),
    );
    return (
      response && {
        etag: etagOf(response.headers.etag),
        size: Number(response.headers['content-length'] ?? NaN),
        body: response.body,
      }
    );
  }

  /** @returns undefined where there is no such object */
  async head(
    key: string,
    signal: AbortSignal,
  ): Promise<{ etag: string; size: number } | undefined> {
    checkKey(key);
    const response = await this.requests.send(
      { method: 'HEAD', what: `looking for object '${key}'`, key, signal },
      [404],
    );
    await response.dump();
    return response.status === 404
      ? undefined
      : {
          etag: etagOf(response.headers.etag),
          size: Number(response.headers['content-length']),
        };
  }

  async put(key: string, body: Uint8Array, signal: AbortSignal): Promise<void> {
    checkKey(key);
    const response = await this.requests.send({
      method: 'PUT',
      what: `writing object '${key}'`,
      key,
      body,
      headers: { 'content-type': 'application/octet-stream' },
      signal,
    });
    await response.dump();
  }

  /** Writes an object where there is none; services that know no conditions write it anyway. */
  async putNew(
    key: string,
    body: Uint8Array,
    signal: AbortSignal,
  ): Promise<void> {
    checkKey(key);
    const response = await this.requests.send(
      {
        method: 'PUT',
        what: `writing object '${key}'`,
        key,
        body,
        headers: {
          'content-type': 'application/octet-stream',
          'if-none-match': '*',
        },
        signal,
      },
      // There is one, or somebody is writing it.
      [409, 412],
    );
    await response.dump();
  }

  /** Copies an object within the bucket; onto itself it only renews its time. */
  async copy(from: string, to: string, signal: AbortSignal): Promise<void> {
    checkKey(to);
    const source = [this.bucket, ...from.split('/')].map(escapeUri).join('/');
    const response = await this.requests.send({
      method: 'PUT',
      what: `copying to object '${to}'`,
      key: to,
      headers: {
        'x-amz-copy-source': `/${source}`,
        'x-amz-metadata-directive': 'REPLACE',
        'content-type': 'application/octet-stream',
      },
      signal,
    });
    // A copy that fails on the way does so in an answer of success.
    await this.successOf(await response.text(ANSWER_BYTES), 'CopyObjectResult');
  }

  /** What is not there is as good as deleted. */
  async delete(key: string, signal: AbortSignal): Promise<void> {
    checkKey(key);
    const response = await this.requests.send(
      { method: 'DELETE', what: `deleting object '${key}'`, key, signal },
      [404],
    );
    await response.dump();
  }

  /** @returns the id of the upload */
  async createUpload(key: string, signal: AbortSignal): Promise<string> {
    checkKey(key);
    const response = await this.requests.send({
      method: 'POST',
      what: `beginning object '${key}'`,
      key,
      query: { uploads: '' },
      headers: { 'content-type': 'application/octet-stream' },
      signal,
    });
    const answer = await this.successOf(
      await response.text(ANSWER_BYTES),
      'InitiateMultipartUploadResult',
    );
    const id = childText(answer, 'UploadId');
    if (!id) {
      throw new S3Error(`${this.requests.host} began an upload without an id`);
    }
    return id;
  }

  /** @returns the etag of the part, as it was given */
  async putPart(
    upload: { key: string; id: string },
    number: number,
    body: Uint8Array,
    signal: AbortSignal,
  ): Promise<string> {
    const response = await this.requests.send({
      method: 'PUT',
      what: `writing part ${number} of object '${upload.key}'`,
      key: upload.key,
      query: { partNumber: String(number), uploadId: upload.id },
      headers: {
        'content-md5': createHash('md5').update(body).digest('base64'),
      },
      body,
      signal,
    });
    await response.dump();
    return response.headers.etag ?? '';
  }

  async completeUpload(
    upload: { key: string; id: string },
    etags: readonly string[],
    signal: AbortSignal,
  ): Promise<void> {
    const parts = etags.map(
      (etag, index) =>
        `<Part><PartNumber>${index + 1}</PartNumber><ETag>${escapeXml(etag)}</ETag></Part>`,
    );
    const response = await this.requests.send({
      method: 'POST',
      what: `completing object '${upload.key}'`,
      key: upload.key,
      query: { uploadId: upload.id },
      headers: { 'content-type': 'application/xml' },
      body: Buffer.from(
        `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join('')}</CompleteMultipartUpload>`,
      ),
      signal,
    });
    await this.successOf(
      await response.text(ANSWER_BYTES),
      'CompleteMultipartUploadResult',
    );
  }

  async abortUpload(
    upload: { key: string; id: string },
    signal: AbortSignal,
  ): Promise<void> {
    const response = await this.requests.send(
      {
        method: 'DELETE',
        what: `giving up object '${upload.key}'`,
        key: upload.key,
        query: { uploadId: upload.id },
        signal,
      },
      [404],
    );
    await response.dump();
  }

  /** Uploads that were neither completed nor given up. */
  async *listUploads(options: {
    prefix: string;
    signal: AbortSignal;
  }): AsyncIterable<{ key: string; id: string; begun: Date }> {
    let from: Record<string, string> = {};
    for (let page = 0; page < MOST_PAGES; page++) {
      const response = await this.requests.send({
        method: 'GET',
        what: `listing uploads of bucket '${this.bucket}'`,
        query: { uploads: '', prefix: options.prefix, ...from },
        signal: options.signal,
      });
      const result = await this.successOf(
        await response.text(ANSWER_BYTES),
        'ListMultipartUploadsResult',
      );
      for (const upload of result.children) {
        if (upload.name === 'Upload') {
          yield {
            key: childText(upload, 'Key') ?? '',
            id: childText(upload, 'UploadId') ?? '',
            begun: new Date(childText(upload, 'Initiated') ?? ''),
          };
        }
      }
      const next = {
        'key-marker': childText(result, 'NextKeyMarker') ?? '',
        'upload-id-marker': childText(result, 'NextUploadIdMarker') ?? '',
      };
      const isSame = next['upload-id-marker'] === from['upload-id-marker'];
      if (childText(result, 'IsTruncated') !== 'true' || isSame) {
        return;
      }
      from = next;
    }
  }

  private async page(options: {
    prefix?: string;
    token: string | undefined;
    signal: AbortSignal;
  }): Promise<{ objects: ListedObject[]; next?: string }> {
    const response = await this.requests.send({
      method: 'GET',
      what: `listing bucket '${this.bucket}'`,
      query: {
        'list-type': '2',
        'encoding-type': 'url',
        'max-keys': '1000',
        ...(options.prefix && { prefix: options.prefix }),
        ...(options.token !== undefined && {
          'continuation-token': options.token,
        }),
      },
      signal: options.signal,
    });
    const result = await this.successOf(
      await response.text(ANSWER_BYTES),
      'ListBucketResult',
    );
    const isEncoded = childText(result, 'EncodingType') === 'url';
    const isTruncated = childText(result, 'IsTruncated') === 'true';
    const next = childText(result, 'NextContinuationToken');
    if (isTruncated && !next) {
      throw new S3Error(
        `${this.requests.host} says that the listing of bucket '${this.bucket}' goes on, but not where`,
      );
    }
    return {
      objects: result.children
        .filter(({ name }) => name === 'Contents')
        .map(element => listedObject(element, isEncoded)),
      next: isTruncated ? next : undefined,
    };
  }

  /** The element that an answer of success consists of. */
  private async successOf(text: string, name: string): Promise<XmlElement> {
    const root = readXml(text);
    const element = root.name === name ? root : undefined;
    if (!element) {
      const error = findElement(root, 'Error');
      const s3Code = error && childText(error, 'Code');
      throw new S3Error(
        `${this.requests.host} sent no ${name}${s3Code ? ` but ${s3Code}` : ''}`,
        { status: 200, s3Code },
      );
    }
    return element;
  }

  private async notFoundAs<T>(instead: T, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (error instanceof S3Error && error.s3Code === 'NoSuchKey') {
        return instead;
      }
      throw error;
    }
  }
}

function listedObject(element: XmlElement, isEncoded: boolean): ListedObject {
  const key = childText(element, 'Key') ?? '';
  return {
    key: isEncoded ? decodeKey(key) : key,
    etag: etagOf(childText(element, 'ETag')),
    size: Number(childText(element, 'Size')),
    modifiedAt: new Date(childText(element, 'LastModified') ?? ''),
  };
}

/** Keys are encoded as in a form: `+` is a blank. */
function decodeKey(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new S3Error('the listing has a key that is not encoded rightly');
  }
}

function etagOf(text: string | undefined): string {
  return (text ?? '').replace(/^(W\/)?"(.*)"$/, '$2');
}

function checkKey(key: string): void {
  const problem = keyProblem(key);
  if (problem) {
    throw new S3Error(
      `the key ${JSON.stringify(key.slice(0, 200))} ${problem}`,
    );
  }
}

/** Why a key cannot be asked for by its address, if it cannot. */
export function keyProblem(key: string): string | undefined {
  if (key === '' || Buffer.byteLength(key) > LONGEST_KEY) {
    return `is not between 1 and ${LONGEST_KEY} bytes long`;
  }
  // The address of such a key is that of another.
  return key.split('/').some(part => part === '.' || part === '..')
    ? "has a part '.' or '..'"
    : undefined;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, character => `&#${character.charCodeAt(0)};`);
}
