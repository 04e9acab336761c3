import type { Bucket } from './bucketStore';
import { compareKeys } from './bucketStore';
import { S3Error } from './s3Error';
import type { ParsedRequest } from './s3Request';
import { parameter } from './s3Request';
import type { XmlElement } from './xml';
import { element, s3Element, xmlDocument } from './xml';

const MOST_KEYS = 1000;

/** ListMultipartUploads, all of them in one page, as XML. */
export function listUploads(bucket: Bucket, request: ParsedRequest): string {
  const prefix = parameter(request, 'prefix') ?? '';
  const uploads = [...bucket.uploads].filter(([, { key }]) =>
    key.startsWith(prefix),
  );
  return xmlDocument(
    s3Element('ListMultipartUploadsResult', [
      element('Bucket', bucket.name),
      element('Prefix', prefix),
      element('IsTruncated', false),
      ...uploads.map(([id, { key, begun }]) =>
        element('Upload', [
          element('Key', key),
          element('UploadId', id),
          element('Initiated', begun.toISOString()),
        ]),
      ),
    ]),
  );
}

interface Page {
  contents: string[];
  prefixes: string[];
  /** The last key or prefix, where there is more. */
  next?: string;
}

/** ListObjects and ListObjectsV2, as XML. */
export function listObjects(bucket: Bucket, request: ParsedRequest): string {
  const isV2 = parameter(request, 'list-type') === '2';
  const prefix = parameter(request, 'prefix') ?? '';
  const delimiter = parameter(request, 'delimiter') ?? '';
  const maxKeys = readMaxKeys(parameter(request, 'max-keys'));
  const token = parameter(request, 'continuation-token');
  const after = isV2
    ? (token !== undefined && decodeToken(token)) ||
      (parameter(request, 'start-after') ?? '')
    : (parameter(request, 'marker') ?? '');
  const page = pageOf(bucket.keys(), { prefix, delimiter, maxKeys, after });
  const encoded = parameter(request, 'encoding-type') === 'url';
  const name = (text: string) =>
    encoded ? encodeURIComponent(text).replace(/%2F/g, '/') : text;
  const optional = (tag: string, value: string | undefined) =>
    value === undefined ? [] : [element(tag, value)];
  return xmlDocument(
    s3Element('ListBucketResult', [
      element('Name', bucket.name),
      element('Prefix', name(prefix)),
      ...optional('Delimiter', delimiter === '' ? undefined : name(delimiter)),
      element('MaxKeys', maxKeys),
      ...optional('EncodingType', encoded ? 'url' : undefined),
      ...(isV2
        ? [
            element('KeyCount', page.contents.length + page.prefixes.length),
            ...optional('ContinuationToken', token),
            ...optional(
              'NextContinuationToken',
              page.next === undefined ? undefined : encodeToken(page.next),
            ),
          ]
        : [
            element('Marker', name(after)),
            // Without a delimiter a client goes on after the last key.
            ...optional(
              'NextMarker',
              delimiter === '' || page.next === undefined
                ? undefined
                : name(page.next),
            ),
          ]),
      element('IsTruncated', page.next !== undefined),
      ...page.contents.map(key => contentsElement(bucket, key, name(key))),
      ...page.prefixes.map(one =>
        element('CommonPrefixes', [element('Prefix', name(one))]),
      ),
    ]),
  );
}

function contentsElement(
  bucket: Bucket,
  key: string,
  shownKey: string,
): XmlElement {
  const object = bucket.get(key);
  return element('Contents', [
    element('Key', shownKey),
    element('LastModified', object.lastModified.toISOString()),
    element('ETag', `"${object.etag}"`),
    element('Size', object.content.size),
    element('StorageClass', 'STANDARD'),
  ]);
}

function pageOf(
  keys: readonly string[],
  options: {
    prefix: string;
    delimiter: string;
    maxKeys: number;
    after: string;
  },
): Page {
  const { prefix, delimiter, maxKeys, after } = options;
  const page: Page = { contents: [], prefixes: [] };
  let last = '';
  for (const key of keys) {
    if (!key.startsWith(prefix)) continue;
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const shown = cut < 0 ? key : key.slice(0, cut + delimiter.length);
    if (after !== '' && compareKeys(shown, after) <= 0) continue;
    if (shown === last) continue;
    if (page.contents.length + page.prefixes.length >= maxKeys) {
      if (maxKeys > 0) page.next = last;
      break;
    }
    (cut < 0 ? page.contents : page.prefixes).push(shown);
    last = shown;
  }
  return page;
}

function readMaxKeys(text: string | undefined): number {
  const number = Number(text ?? MOST_KEYS);
  if (!Number.isInteger(number) || number < 0) {
    throw new S3Error('InvalidArgument', 'max-keys is not a number from 0 on.');
  }
  return Math.min(number, MOST_KEYS);
}

function encodeToken(key: string): string {
  return Buffer.from(key).toString('base64url');
}

function decodeToken(token: string): string {
  return Buffer.from(token, 'base64url').toString();
}
