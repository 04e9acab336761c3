import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { StoredObject } from './bucketStore';
import { S3Error } from './s3Error';
import type { ParsedRequest } from './s3Request';
import { header } from './s3Request';

/** GET and HEAD of an object, with ranges and conditions. */
export async function sendObject(
  object: StoredObject,
  request: ParsedRequest,
  response: ServerResponse,
  options: { truncate: boolean },
): Promise<void> {
  const headers: Record<string, string | number> = {
    'content-type': 'binary/octet-stream',
    ...object.headers,
    etag: `"${object.etag}"`,
    'last-modified': object.lastModified.toUTCString(),
    'accept-ranges': 'bytes',
  };
  if (isUnchanged(object, request)) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  const { size } = object.content;
  const range = readRange(header(request, 'range'), size);
  const { start, end } = range ?? { start: 0, end: size };
  headers['content-length'] = end - start;
  if (range) headers['content-range'] = `bytes ${start}-${end - 1}/${size}`;
  response.writeHead(range ? 206 : 200, headers);
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  if (options.truncate) {
    const half = object.content.open(start, start + (end - start) / 2);
    for await (const chunk of half) response.write(chunk);
    // What was written leaves before the connection breaks.
    await new Promise<void>(resolve => {
      response.write('', () => resolve());
    });
    response.destroy();
    return;
  }
  await pipeline(object.content.open(start, end), response);
}

/** Whether a conditional request gets 304. @throws S3Error 412 */
function isUnchanged(object: StoredObject, request: ParsedRequest): boolean {
  const ifMatch = header(request, 'if-match');
  if (ifMatch !== undefined && !matches(ifMatch, object)) {
    throw preconditionFailed('If-Match');
  }
  const ifNoneMatch = header(request, 'if-none-match');
  if (ifNoneMatch !== undefined) return matches(ifNoneMatch, object);
  const since = header(request, 'if-modified-since');
  return (
    since !== undefined &&
    Math.floor(object.lastModified.getTime() / 1000) * 1000 <= Date.parse(since)
  );
}

/** Whether a write may go on. @throws S3Error 412 */
export function checkWriteConditions(
  present: StoredObject | undefined,
  request: ParsedRequest,
): void {
  const ifNoneMatch = header(request, 'if-none-match');
  if (ifNoneMatch !== undefined && present && matches(ifNoneMatch, present)) {
    throw preconditionFailed('If-None-Match');
  }
  const ifMatch = header(request, 'if-match');
  if (ifMatch !== undefined && !(present && matches(ifMatch, present))) {
    throw preconditionFailed('If-Match');
  }
}

function matches(condition: string, object: StoredObject): boolean {
  return condition
    .split(',')
    .map(etag => etag.trim().replace(/^(W\/)?"(.*)"$/, '$2'))
    .some(etag => etag === '*' || etag === object.etag);
}

function preconditionFailed(condition: string): S3Error {
  return new S3Error(
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
    { Condition: condition },
  );
}

function readRange(
  text: string | undefined,
  size: number,
): { start: number; end: number } | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(text ?? '') ?? [];
  if (first === undefined || (first === '' && last === '')) return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end =
    first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  if (start >= end) {
    throw new S3Error(
      'InvalidRange',
      'The requested range is not satisfiable',
      {
        ActualObjectSize: String(size),
      },
    );
  }
  return { start, end };
}
