import { isJsonObject, parseJson } from '@backstage-gitops/kubernetes-yaml';
import type {
  JsonValue,
  KubernetesObject,
} from '@backstage-gitops/kubernetes-yaml';
import {
  ConnectionError,
  RequestTimeoutError,
  ResponseTooLargeError,
} from '../errors/errors';
import type { Clock } from './Clock';
import type { StreamEvent } from './reflect';
import { watchStatusError } from './statusError';

/** Splits a body into lines of bounded length. */
export async function* readLines(
  chunks: AsyncIterable<Buffer>,
  options: { where: string; maxLineBytes: number },
): AsyncIterable<string> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(10, start);
      const part = chunk.subarray(start, end < 0 ? undefined : end);
      size += part.length;
      if (size > options.maxLineBytes) {
        throw new ResponseTooLargeError({
          where: options.where,
          limitBytes: options.maxLineBytes,
        });
      }
      parts.push(part);
      if (end < 0) break;
      if (size > 0) yield Buffer.concat(parts).toString('utf8');
      parts = [];
      size = 0;
      start = end + 1;
    }
  }
  // A last line without its end was cut off with the connection.
}

/** One line of a watch as an event; undefined for what is none. */
export function readEvent(
  line: string,
  options: { where: string; server: string; apiVersion: string; kind: string },
): StreamEvent | undefined {
  const value = parseEvent(line, options);
  if (!isJsonObject(value)) return undefined;
  const { type, object } = value;
  if (type === 'ERROR') {
    return {
      type,
      error: watchStatusError({
        status: object,
        where: options.where,
        server: options.server,
      }),
    };
  }
  if (!isJsonObject(object) || !isJsonObject(object.metadata)) return undefined;
  if (type === 'BOOKMARK') {
    return { type, resourceVersion: String(object.metadata.resourceVersion) };
  }
  if (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED') {
    return undefined;
  }
  return { type, object: asKind(object, options) };
}

function parseEvent(
  line: string,
  options: { where: string; server: string },
): JsonValue {
  try {
    return parseJson(line);
  } catch (cause) {
    throw new ConnectionError({ ...options, cause });
  }
}

/** List items and metadata-only objects say their kind otherwise, or not. */
export function asKind(
  object: JsonValue,
  options: { apiVersion: string; kind: string },
): KubernetesObject {
  return {
    ...(object as object),
    apiVersion: options.apiVersion,
    kind: options.kind,
  } as KubernetesObject;
}

/**
 * Passes chunks on, and gives up after `idleMs` without one: a connection
 * whose other end has vanished looks like a quiet one. (The API server sends
 * bookmarks about once a minute.)
 */
export async function* untilIdle(
  chunks: AsyncIterable<Buffer>,
  options: {
    idleMs: number;
    clock: Clock;
    where: string;
    server: string;
    abort: AbortController;
  },
): AsyncIterable<Buffer> {
  const arm = () =>
    options.clock.setTimer(options.idleMs, () =>
      options.abort.abort(
        new RequestTimeoutError({
          where: options.where,
          server: options.server,
          timeoutMs: options.idleMs,
        }),
      ),
    );
  let cancel = arm();
  try {
    for await (const chunk of chunks) {
      cancel();
      yield chunk;
      cancel = arm();
    }
  } finally {
    cancel();
  }
}
