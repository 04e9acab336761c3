import type { JsonObject, JsonValue } from '../json/value';

/** A failure that is answered with a `Status` object (apimachinery 0.34, `pkg/api/errors`). */
export class ApiError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details?: JsonObject;
  readonly headers: Record<string, string>;
  /** Sent as plain text instead of a Status. */
  readonly text?: string;
  /** Of the Status, such as a token to continue with. */
  readonly metadata: JsonObject;

  constructor(options: {
    code: number;
    reason: string;
    message: string;
    details?: JsonObject;
    headers?: Record<string, string>;
    text?: string;
    metadata?: JsonObject;
  }) {
    super(options.message);
    this.name = 'ApiError';
    this.code = options.code;
    this.reason = options.reason;
    this.details = options.details;
    this.headers = options.headers ?? {};
    this.text = options.text;
    this.metadata = options.metadata ?? {};
  }

  /** The body of the answer. */
  toStatus(): JsonObject {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: this.metadata,
      status: 'Failure',
      message: this.message,
      ...(this.reason ? { reason: this.reason } : {}),
      ...(this.details ? { details: this.details } : {}),
      code: this.code,
    };
  }
}

/** What a Status says about the object in question. */
export interface ErrorTarget {
  group: string;
  /** Plural name, or the kind for invalid objects. */
  resource: string;
  name: string;
}

/** One cause of an invalid object. */
export interface FieldProblem {
  reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueForbidden'
    | 'FieldValueDuplicate'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldValueTypeInvalid';
  field: string;
  message: string;
}

function qualified(target: { group: string; resource: string }): string {
  return target.group ? `${target.resource}.${target.group}` : target.resource;
}

function details(target: ErrorTarget, more: JsonObject = {}): JsonObject {
  return {
    ...(target.name ? { name: target.name } : {}),
    ...(target.group ? { group: target.group } : {}),
    ...(target.resource ? { kind: target.resource } : {}),
    ...more,
  };
}

/** 404 for an object. */
export function notFound(target: ErrorTarget): ApiError {
  return new ApiError({
    code: 404,
    reason: 'NotFound',
    message: `${qualified(target)} "${target.name}" not found`,
    details: details(target),
  });
}

/** 404 for a path that is not served; answered as plain text. */
export function noSuchPath(): ApiError {
  return new ApiError({
    code: 404,
    reason: 'NotFound',
    message: 'the server could not find the requested resource',
    text: '404 page not found\n',
  });
}

/** 503 for a group that another server should answer for; answered as plain text. */
export function serviceUnavailable(): ApiError {
  return new ApiError({
    code: 503,
    reason: 'ServiceUnavailable',
    message: 'service unavailable',
    text: 'service unavailable\n',
  });
}

/** 409 for a name that is taken. */
export function alreadyExists(target: ErrorTarget): ApiError {
  return new ApiError({
    code: 409,
    reason: 'AlreadyExists',
    message: `${qualified(target)} "${target.name}" already exists`,
    details: details(target),
  });
}

/** 409 for a write that lost a race or a precondition. */
export function conflict(target: ErrorTarget, why: string): ApiError {
  return new ApiError({
    code: 409,
    reason: 'Conflict',
    message: `Operation cannot be fulfilled on ${qualified(target)} "${
      target.name
    }": ${why}`,
    details: details(target),
  });
}

/** Why a write with an old resourceVersion fails. */
export const STALE_OBJECT =
  'the object has been modified; please apply your changes to the latest version and try again';

/** 409 for an apply that other managers' fields stand in the way of. */
export function applyConflict(message: string, causes: JsonValue[]): ApiError {
  return new ApiError({
    code: 409,
    reason: 'Conflict',
    message,
    details: { causes },
  });
}

/** 422 for an object that breaks rules of its kind. */
export function invalid(
  target: { group: string; kind: string; name: string },
  problems: FieldProblem[],
): ApiError {
  const texts = [
    ...new Set(problems.map(({ field, message }) => `${field}: ${message}`)),
  ];
  const name = target.group ? `${target.kind}.${target.group}` : target.kind;
  return new ApiError({
    code: 422,
    reason: 'Invalid',
    message: `${name} "${target.name}" is invalid: ${
      texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`
    }`,
    details: details(
      { group: target.group, resource: target.kind, name: target.name },
      {
        causes: problems.map(({ reason, message, field }) => ({
          reason,
          message,
          field,
        })),
      },
    ),
  });
}

/** 400. */
export function badRequest(message: string): ApiError {
  return new ApiError({ code: 400, reason: 'BadRequest', message });
}

/** 403 for an operation on an object. */
export function forbidden(
  target: ErrorTarget,
  why: string,
  causes?: JsonValue[],
): ApiError {
  return new ApiError({
    code: 403,
    reason: 'Forbidden',
    message: target.resource
      ? `${qualified(target)} ${JSON.stringify(target.name)} is forbidden: ${why}`
      : `forbidden: ${why}`,
    details: details(target, causes ? { causes } : {}),
  });
}

/** 401. */
export function unauthorized(): ApiError {
  return new ApiError({
    code: 401,
    reason: 'Unauthorized',
    message: 'Unauthorized',
  });
}

/** 405. */
export function methodNotAllowed(): ApiError {
  return new ApiError({
    code: 405,
    reason: 'MethodNotAllowed',
    message: 'the server does not allow this method on the requested resource',
    details: {},
  });
}

/** 415. */
export function unsupportedMediaType(message: string): ApiError {
  return new ApiError({
    code: 415,
    reason: 'UnsupportedMediaType',
    message,
    details: {},
  });
}

/** 410 for a resourceVersion that is compacted away. */
export function expired(message: string): ApiError {
  return new ApiError({ code: 410, reason: 'Expired', message });
}

/** 413. */
export function tooLarge(limit: number): ApiError {
  return new ApiError({
    code: 413,
    reason: 'RequestEntityTooLarge',
    message: `Request entity too large: limit is ${limit}`,
  });
}

/** 500 without a reason, as the API server answers some bad requests. */
export function unexplained(message: string): ApiError {
  return new ApiError({ code: 500, reason: '', message });
}

/** 404 for a resource that a served version does not have. */
export function noSuchResource(): ApiError {
  return new ApiError({
    code: 404,
    reason: 'NotFound',
    message: 'the server could not find the requested resource',
    details: {},
  });
}

/** 500. */
export function internalError(message: string): ApiError {
  return new ApiError({
    code: 500,
    reason: 'InternalError',
    message,
  });
}
