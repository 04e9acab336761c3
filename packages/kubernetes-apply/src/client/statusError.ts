import { isJsonObject, parseJson } from '@backstage-gitops/kubernetes-yaml';
import type { JsonObject, JsonValue } from '@backstage-gitops/kubernetes-yaml';
import {
  apiErrorOf,
  type KubernetesApiError,
  type StatusDetails,
} from '../errors/KubernetesApiError';
import { parseRetryAfter } from './backoff';
import type { HttpResponse } from './HttpTransport';

/** The typed error for an answer that is not a success. */
export function statusError(options: {
  response: HttpResponse;
  where: string;
  server: string;
  now: number;
}): KubernetesApiError {
  const { response, where, server, now } = options;
  const header = response.headers['retry-after'];
  const status = readStatus(response.text);
  const details = status && readDetails(status.details);
  const seconds = details?.retryAfterSeconds;
  return apiErrorOf({
    status: response.status,
    where,
    server,
    apiMessage: status ? text(status.message) : bodyText(response),
    reason: status && text(status.reason),
    details,
    retryAfterMs:
      parseRetryAfter(header, now) ?? (seconds ? seconds * 1000 : undefined),
  });
}

/** The Status of a watch's ERROR event. */
export function watchStatusError(options: {
  status: JsonValue;
  where: string;
  server: string;
}): KubernetesApiError {
  const status = isJsonObject(options.status) ? options.status : {};
  const code = Number(status.code);
  return apiErrorOf({
    status: Number.isInteger(code) ? code : 500,
    where: options.where,
    server: options.server,
    apiMessage: text(status.message),
    reason: text(status.reason),
    details: readDetails(status.details),
  });
}

function readStatus(body: string): JsonObject | undefined {
  if (!body.startsWith('{')) return undefined;
  try {
    const value = parseJson(body);
    return isJsonObject(value) && value.kind === 'Status' ? value : undefined;
  } catch {
    return undefined;
  }
}

function bodyText(response: HttpResponse): string | undefined {
  const body = response.text.trim();
  const isPage =
    body.startsWith('<') ||
    (response.headers['content-type'] ?? '').includes('html');
  if (isPage) {
    return `the server answered ${response.status} with a web page: something between here and the API server answered instead`;
  }
  return body.slice(0, 512);
}

function readDetails(value: JsonValue | undefined): StatusDetails | undefined {
  if (!isJsonObject(value)) return undefined;
  const causes = Array.isArray(value.causes)
    ? value.causes.filter(isJsonObject).map(cause => ({
        reason: text(cause.reason),
        message: text(cause.message),
        field: text(cause.field),
      }))
    : undefined;
  const seconds = value.retryAfterSeconds;
  return {
    name: text(value.name),
    group: text(value.group),
    kind: text(value.kind),
    uid: text(value.uid),
    ...(typeof seconds === 'number' ? { retryAfterSeconds: seconds } : {}),
    ...(causes ? { causes } : {}),
  };
}

function text(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
