import type { ServerResponse } from 'node:http';

/** Codes of the distribution specification, with their usual status. */
const STATUS = {
  BLOB_UNKNOWN: 404,
  BLOB_UPLOAD_INVALID: 416,
  BLOB_UPLOAD_UNKNOWN: 404,
  DIGEST_INVALID: 400,
  MANIFEST_BLOB_UNKNOWN: 404,
  MANIFEST_INVALID: 400,
  MANIFEST_UNKNOWN: 404,
  NAME_INVALID: 400,
  NAME_UNKNOWN: 404,
  SIZE_INVALID: 400,
  UNAUTHORIZED: 401,
  DENIED: 403,
  UNSUPPORTED: 405,
  TOOMANYREQUESTS: 429,
  UNKNOWN: 500,
} as const;

/** A code of the distribution specification. */
export type RegistryCode = keyof typeof STATUS;

/** An answer that says what is wrong. */
export class RegistryFailure extends Error {
  readonly status: number;

  constructor(
    readonly code: RegistryCode,
    message: string,
    readonly options: {
      status?: number;
      headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
    this.status = options.status ?? STATUS[code];
  }
}

/** Sends a failure in the format of the specification. */
export function sendFailure(
  response: ServerResponse,
  failure: {
    status: number;
    code: string;
    message: string;
    headers?: Readonly<Record<string, string>>;
  },
  head: boolean,
): void {
  const { code, message } = failure;
  const body = JSON.stringify({ errors: [{ code, message }] });
  response.writeHead(failure.status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...failure.headers,
  });
  response.end(head ? undefined : body);
}
