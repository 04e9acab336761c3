import type { ServerResponse } from 'node:http';
import { element, xmlDocument } from './xml';

const STATUS = {
  AccessDenied: 403,
  AuthorizationHeaderMalformed: 400,
  BadDigest: 400,
  BucketAlreadyOwnedByYou: 409,
  BucketNotEmpty: 409,
  EntityTooSmall: 400,
  ExpiredToken: 400,
  IncompleteBody: 400,
  InternalError: 500,
  InvalidAccessKeyId: 403,
  InvalidArgument: 400,
  InvalidBucketName: 400,
  InvalidPart: 400,
  InvalidPartOrder: 400,
  InvalidRange: 416,
  InvalidToken: 400,
  KeyTooLongError: 400,
  MalformedXML: 400,
  MethodNotAllowed: 405,
  MissingContentLength: 411,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchUpload: 404,
  NotImplemented: 501,
  PreconditionFailed: 412,
  RequestTimeTooSkewed: 403,
  SignatureDoesNotMatch: 403,
  SlowDown: 503,
  XAmzContentSHA256Mismatch: 400,
} as const;

/** Codes of errors, as Amazon S3 names them. */
export type S3ErrorCode = keyof typeof STATUS;

/** An answer that is an error. */
export class S3Error extends Error {
  readonly status: number;

  constructor(
    readonly code: S3ErrorCode,
    message: string,
    readonly details: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'S3Error';
    this.status = STATUS[code];
  }
}

/** Sends an error; an answer to HEAD has no body, so only its status is seen. */
export function sendError(
  response: ServerResponse,
  error: { status: number; code: string; message: string },
  more: {
    resource: string;
    requestId: string;
    details?: object;
    head: boolean;
  },
): void {
  const body = xmlDocument(
    element('Error', [
      element('Code', error.code),
      element('Message', error.message),
      ...Object.entries(more.details ?? {}).map(([name, value]) =>
        element(name, String(value)),
      ),
      element('Resource', more.resource),
      element('RequestId', more.requestId),
    ]),
  );
  response.writeHead(error.status, {
    'content-type': 'application/xml',
    'content-length': Buffer.byteLength(body),
  });
  response.end(more.head ? undefined : body);
}
