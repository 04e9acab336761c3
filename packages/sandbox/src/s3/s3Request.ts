import type { IncomingMessage } from 'node:http';
import { S3Error } from './s3Error';

/** A request, taken apart. */
export interface ParsedRequest {
  method: string;
  /** As it was sent, without the query. */
  rawPath: string;
  /** Decoded names and values in the order in which they were sent. */
  query: readonly (readonly [string, string])[];
  headers: IncomingMessage['headers'];
  bucket?: string;
  key?: string;
  body: IncomingMessage;
}

/** The first value of a query parameter. */
export function parameter(
  request: Pick<ParsedRequest, 'query'>,
  name: string,
): string | undefined {
  return request.query.find(([found]) => found === name)?.[1];
}

export function header(
  request: Pick<ParsedRequest, 'headers'>,
  name: string,
): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

/**
 * Takes a request apart. `Host: <bucket>.<domain>` is a virtual host; every other
 * host is path style.
 */
export function parseRequest(
  request: IncomingMessage,
  domain: string,
): ParsedRequest {
  const target = request.url ?? '/';
  const mark = target.indexOf('?');
  const rawPath = mark < 0 ? target : target.slice(0, mark);
  const search = mark < 0 ? '' : target.slice(mark + 1);
  const query = search
    .split('&')
    .filter(part => part !== '')
    .map(part => {
      const equals = part.indexOf('=');
      return equals < 0
        ? ([decode(part), ''] as const)
        : ([
            decode(part.slice(0, equals)),
            decode(part.slice(equals + 1)),
          ] as const);
    });
  const host = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  const path = decode(rawPath).replace(/^\//, '');
  const virtual = host.endsWith(`.${domain}`)
    ? host.slice(0, -domain.length - 1)
    : undefined;
  const slash = path.indexOf('/');
  const bucket = virtual ?? (slash < 0 ? path : path.slice(0, slash));
  const rest = slash < 0 ? '' : path.slice(slash + 1);
  const key = virtual === undefined ? rest : path;
  return {
    method: request.method ?? 'GET',
    rawPath,
    query,
    headers: request.headers,
    bucket: bucket || undefined,
    key: key || undefined,
    body: request,
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidArgument', 'The address is not encoded rightly.');
  }
}
