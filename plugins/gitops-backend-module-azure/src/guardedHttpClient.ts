import { HttpClient } from '@backstage-gitops/plugin-gitops-node';
import {
  RequestPolicy,
  toHttpHeadersLike,
  WebResourceLike,
} from '@azure/core-http-compat';
import { createHttpHeaders } from '@azure/core-rest-pipeline';

/** Bytes of an answer that is no object: a page of a listing, an error. */
const ANSWER_BYTES = 16 * 1024 * 1024;

/** Sends the requests of an Azure SDK client by the portal's connections. */
export function guardedHttpClient(
  http: HttpClient,
  signal: AbortSignal,
): RequestPolicy {
  return {
    async sendRequest(request) {
      const streams = request.streamResponseStatusCodes;
      const isStream = (status: number) =>
        streams?.has(Infinity) || streams?.has(status) || false;
      const response = await http.request(request.url, {
        method: request.method,
        headers: headersOf(request),
        body: bodyOf(request),
        signal: request.abortSignal
          ? AbortSignal.any([signal, request.abortSignal as AbortSignal])
          : signal,
        redirects: 0,
        maxBytes: isStream(200) ? Infinity : ANSWER_BYTES,
      });
      const { status, body } = response;
      const headers = toHttpHeadersLike(
        createHttpHeaders({ ...response.headers }),
      );
      return isStream(status)
        ? { request, status, headers, readableStreamBody: body }
        : {
            ...{ request, status, headers },
            bodyAsText: await response.text(ANSWER_BYTES),
          };
    },
  };
}

/** The connection knows host and length itself, and unpacks nothing. */
function headersOf(request: WebResourceLike): Record<string, string> {
  const own = ['host', 'content-length', 'accept-encoding'];
  return Object.fromEntries(
    Object.entries(request.headers.toJson()).filter(
      ([name]) => !own.includes(name.toLowerCase()),
    ),
  );
}

function bodyOf({ body }: WebResourceLike): string | Uint8Array | undefined {
  return typeof body === 'string' || body instanceof Uint8Array
    ? body
    : undefined;
}
