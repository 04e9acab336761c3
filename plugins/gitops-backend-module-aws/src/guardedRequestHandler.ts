import { Readable } from 'node:stream';
import { HttpClient } from '@backstage-gitops/plugin-gitops-node';
import {
  HttpHandlerOptions,
  HttpRequest,
  HttpResponse,
  RequestHandler,
} from '@smithy/types';

const ANSWER_BYTES = 1024 * 1024;

/** Sends the requests of an AWS SDK client by the portal's connections. */
export function guardedRequestHandler(
  http: HttpClient,
  signal: AbortSignal,
): RequestHandler<HttpRequest, HttpResponse, HttpHandlerOptions> {
  return {
    handle: async (request, options = {}) => {
      const response = await http.request(urlOf(request), {
        method: request.method,
        headers: headersOf(request),
        body: bodyOf(request.body),
        signal: options.abortSignal
          ? AbortSignal.any([signal, options.abortSignal as AbortSignal])
          : signal,
        // A signature is for one host.
        redirects: 0,
        maxBytes: ANSWER_BYTES,
      });
      return {
        response: {
          statusCode: response.status,
          headers: { ...response.headers },
          body: response.body,
        },
      };
    },
  };
}

function urlOf(request: HttpRequest): URL {
  const { protocol, hostname, port, path, query } = request;
  const url = new URL(
    `${protocol}//${hostname}${port ? `:${port}` : ''}${path}`,
  );
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of [value ?? ''].flat()) {
      url.searchParams.append(name, one);
    }
  }
  return url;
}

/** The connection knows host and length itself. */
function headersOf(request: HttpRequest): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).filter(
      ([name]) => !['host', 'content-length'].includes(name.toLowerCase()),
    ),
  );
}

function bodyOf(body: unknown): string | Uint8Array | Readable | undefined {
  return typeof body === 'string' ||
    body instanceof Uint8Array ||
    body instanceof Readable
    ? body
    : undefined;
}
