import { pipeline, Readable, Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import {
  HttpRequest,
  HttpResponse,
  NetworkError,
} from '@backstage-gitops/plugin-gitops-node';
import { Dispatcher, request as sendOnce } from 'undici';
import { connectionError } from './connectionError';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const DEFAULT_REDIRECTS = 5;
const DEFAULT_BYTES = 512 * 1024 * 1024;
/** What must not follow a redirect to another origin. */
const PRIVATE_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
  'private-token',
]);

/** Sends a request and follows redirects; see {@link HttpRequest}. */
export async function sendRequest(
  dispatcher: Dispatcher,
  address: string | URL,
  request: HttpRequest,
): Promise<HttpResponse> {
  const home = new URL(address);
  const method = request.method ?? 'GET';
  const readOnly = method === 'GET' || method === 'HEAD';
  const most = request.redirects ?? (readOnly ? DEFAULT_REDIRECTS : 0);
  let url = home;
  // A credential that left its origin once does not come back.
  let atHome = true;
  for (let redirects = 0; ; redirects++) {
    const answer = await send(dispatcher, url, { ...request, method }, atHome);
    const location = String(answer.headers.location ?? '');
    if (!REDIRECTS.has(answer.statusCode) || !location || most === 0) {
      return present(answer, url, request);
    }
    await answer.body.dump();
    if (redirects >= most) {
      throw new NetworkError(
        'GITOPS_NETWORK_REDIRECT',
        `${home.host} redirected more than ${most} times`,
      );
    }
    url = next(url, location, home);
    atHome &&= url.origin === home.origin;
  }
}

async function send(
  dispatcher: Dispatcher,
  url: URL,
  request: HttpRequest & { method: string },
  atHome: boolean,
): Promise<Dispatcher.ResponseData> {
  requireHttp(url, url);
  request.signal.throwIfAborted();
  try {
    return await sendOnce(url, {
      method: request.method as Dispatcher.HttpMethod,
      headers: headersOf(request, atHome),
      body: request.body as Dispatcher.DispatchOptions['body'],
      dispatcher,
      signal: request.signal,
      // Else the connection ends with each HEAD, for servers that answer it wrongly.
      reset: false,
    });
  } catch (error) {
    request.signal.throwIfAborted();
    throw connectionError(url.host, error);
  }
}

function headersOf(
  request: HttpRequest,
  atHome: boolean,
): Record<string, string> {
  const headers: Record<string, string> = { 'user-agent': 'backstage-gitops' };
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    const key = name.toLowerCase();
    if (atHome || !PRIVATE_HEADERS.has(key)) {
      headers[key] = value;
    }
  }
  if (atHome && request.authorization !== undefined) {
    headers.authorization = request.authorization;
  }
  if (request.compressed) {
    headers['accept-encoding'] = 'gzip';
  }
  return headers;
}

function next(from: URL, location: string, home: URL): URL {
  let to: URL;
  try {
    to = new URL(location, from);
  } catch {
    throw new NetworkError(
      'GITOPS_NETWORK_REDIRECT',
      `${from.host} redirected to something that is no address`,
    );
  }
  requireHttp(to, from);
  if (from.protocol === 'https:' && to.protocol === 'http:') {
    throw new NetworkError(
      'GITOPS_NETWORK_REDIRECT',
      `${home.host} redirected from https to http, which is not followed`,
    );
  }
  // A user in the address would become a credential that nobody gave.
  to.username = '';
  to.password = '';
  return to;
}

function requireHttp(url: URL, from: URL): void {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new NetworkError(
      'GITOPS_NETWORK_REDIRECT',
      `${from.host || 'the address'} leads to ${url.protocol}//, only http and https are followed`,
    );
  }
}

function present(
  answer: Dispatcher.ResponseData,
  url: URL,
  request: HttpRequest,
): HttpResponse {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) {
      headers[name] = Array.isArray(value) ? value.join(', ') : value;
    }
  }
  const most = request.maxBytes ?? DEFAULT_BYTES;
  const unpack =
    request.compressed && headers['content-encoding']?.trim() === 'gzip';
  const host = url.host;
  const bounded = () => limit(most, host, request.signal);
  const body = unpack
    ? chain(answer.body, bounded(), createGunzip(), bounded())
    : chain(answer.body, bounded());
  // Without a reader an error would end the process.
  body.on('error', () => {});
  const bytes = async (maxBytes = most): Promise<Buffer> => {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) {
        throw tooLarge(host, maxBytes);
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  };
  return {
    status: answer.statusCode,
    headers,
    url,
    body,
    bytes,
    text: async maxBytes => (await bytes(maxBytes)).toString('utf8'),
    dump: async () => {
      body.destroy();
    },
  };
}

/** Joins streams so that a failure of any is a NetworkError at the end. */
function chain(source: Readable, ...steps: Transform[]): Readable {
  pipeline([source, ...steps], () => {});
  return steps[steps.length - 1];
}

function limit(most: number, host: string, signal: AbortSignal): Transform {
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _, callback) {
      size += chunk.length;
      callback(size > most ? tooLarge(host, most) : null, chunk);
    },
    destroy(error, callback) {
      if (!error || error instanceof NetworkError) {
        callback(error);
      } else {
        callback(signal.aborted ? signal.reason : broken(host, error));
      }
    },
  });
}

function tooLarge(host: string, most: number): NetworkError {
  return new NetworkError(
    'GITOPS_NETWORK_TOO_LARGE',
    `${host} sends more than the ${most} bytes that are allowed`,
  );
}

function broken(host: string, error: unknown): Error {
  const failure = connectionError(host, error);
  return failure.code === 'GITOPS_NETWORK_UNREACHABLE'
    ? new NetworkError(
        'GITOPS_NETWORK_BROKEN',
        `the answer of ${host} broke off${causeOf(error)}`,
      )
    : failure;
}

function causeOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code ? ` (${code})` : '';
}
