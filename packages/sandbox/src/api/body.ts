import { parseJson } from '@backstage-gitops/kubernetes-yaml';
import * as yaml from '@backstage-gitops/kubernetes-yaml';
import type { IncomingMessage } from 'node:http';
import type { JsonObject, JsonValue } from '../json/value';
import { isObject } from '../json/value';
import { badRequest, tooLarge, unsupportedMediaType } from './api-error';

/** As the API server limits it. */
export const BODY_LIMIT = 3 * 1024 * 1024;

/** Reads a request's body as text. @throws ApiError 413 */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) throw tooLarge(BODY_LIMIT);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The media type of a request's body, without parameters. */
export function mediaType(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? '').split(';')[0].trim();
}

/** Parses a body by its media type. @throws ApiError 400, 415 */
export function parseBody(text: string, type: string): JsonValue {
  try {
    if (type.endsWith('yaml') && !/^\s*[[{]/.test(text)) {
      return yaml.parseYaml(text) as JsonValue;
    }
    if (type.endsWith('protobuf')) {
      throw unsupportedMediaType(
        'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml',
      );
    }
    return parseJson(text) as JsonValue;
  } catch (error) {
    if (error instanceof Error && error.name === 'ApiError') throw error;
    throw badRequest(
      "the object provided is unrecognized (must be of type Object): couldn't get version/kind; json parse error",
    );
  }
}

/** As {@link parseBody}, for bodies that must be objects. */
export function parseObject(text: string, type: string): JsonObject {
  const value = parseBody(text, type);
  if (!isObject(value)) {
    throw badRequest(
      'the object provided is unrecognized (must be of type Object)',
    );
  }
  return value;
}
