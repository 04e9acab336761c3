import { NetworkError } from '@backstage-gitops/plugin-gitops-node';
import {
  HttpResponse,
  NotificationError,
  NotificationTarget,
} from '@backstage-gitops/plugin-gitops-node';

/** What services say of a failure is quoted so far. */
const QUOTED = 500;
const ANSWER_BYTES = 1024 * 1024;
/** Clients are to come again after these. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

/** A request to a service. */
export interface ServiceRequest {
  /** Default POST. */
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH';
  url: string | URL;
  headers?: Readonly<Record<string, string>>;
  /** Value of the header. */
  authorization?: string;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is. */
  body?: string | Uint8Array;
  /** Answers that are no failure, beside the successes. */
  also?: readonly number[];
}

/** Its answer: a success, or what is allowed beside one. */
export interface ServiceAnswer {
  status: number;
  headers: HttpResponse['headers'];
  text: string;
  /** Undefined where it is no JSON. */
  json: unknown;
}

/**
 * Asks a service. No redirect is followed: it would carry the message, and often
 * its credential, to somebody else.
 *
 * @throws NotificationError
 */
export async function post(
  target: NotificationTarget,
  request: ServiceRequest,
): Promise<ServiceAnswer> {
  const url = addressOf(request.url);
  const body =
    request.json === undefined ? request.body : JSON.stringify(request.json);
  let answer: HttpResponse;
  let text: string;
  try {
    answer = await target.client.request(url, {
      method: request.method ?? 'POST',
      redirects: 0,
      signal: target.signal,
      authorization: request.authorization,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...request.headers,
      },
      body,
      maxBytes: ANSWER_BYTES,
    });
    text = await answer.text();
  } catch (error) {
    if (error instanceof NetworkError) {
      throw new NotificationError(
        error.code === 'GITOPS_NETWORK_REFUSED'
          ? 'NOTIFICATION_MISCONFIGURED'
          : 'NOTIFICATION_UNDELIVERED',
        error.message,
      );
    }
    throw error;
  }
  const { status, headers } = answer;
  if ((status < 200 || status >= 300) && !request.also?.includes(status)) {
    throw refusal(url.host, answer, text, target.now());
  }
  return { status, headers, text, json: parse(text) };
}

/**
 * An address of HTTP.
 *
 * @throws NotificationError
 */
export function addressOf(text: string | URL): URL {
  if (text === '') {
    throw new NotificationError(
      'NOTIFICATION_MISCONFIGURED',
      "the Provider has no address; set spec.address, or the key 'address' of its Secret",
    );
  }
  const url =
    text instanceof URL || URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    // It is not quoted: it may be a secret.
    throw new NotificationError(
      'NOTIFICATION_MISCONFIGURED',
      'the address of the Provider is none that begins with https://; correct spec.address, or the key of its Secret',
    );
  }
  return url;
}

/**
 * A value that a type cannot do without.
 *
 * @throws NotificationError
 */
export function required(value: string, what: string): string {
  if (value === '') {
    throw new NotificationError(
      'NOTIFICATION_MISCONFIGURED',
      `the Provider has no ${what}`,
    );
  }
  return value;
}

function refusal(
  host: string,
  { status, headers }: HttpResponse,
  text: string,
  now: number,
): NotificationError {
  if (status >= 300 && status < 400) {
    return new NotificationError(
      'NOTIFICATION_REFUSED',
      `${host} answered with ${status}, a redirect, which is not followed; correct the address of the Provider`,
    );
  }
  const words = text.replace(/\s+/g, ' ').trim().slice(0, QUOTED);
  return new NotificationError(
    status >= 500 || PASSING.has(status)
      ? 'NOTIFICATION_UNDELIVERED'
      : 'NOTIFICATION_REFUSED',
    `${host} answered with ${status}${words && `: ${words}`}`,
    { retryAfterMs: retryAfter(headers['retry-after'], now) },
  );
}

/** Seconds or a date (RFC 9110). */
function retryAfter(
  value: string | undefined,
  now: number,
): number | undefined {
  if (!value) {
    return undefined;
  }
  const ms = /^\d+$/.test(value)
    ? Number(value) * 1_000
    : Date.parse(value) - now;
  return Number.isFinite(ms) && ms > 0 ? ms : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
