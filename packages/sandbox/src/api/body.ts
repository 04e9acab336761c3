import { parseJson, parseYaml } from '@backstage-gitops/kubernetes-yaml';
import type { IncomingMessage } from 'node:http';
import type { JsonObject, JsonValue } from '../json/value';
import { isObject } from '../json/value';
import { decodeProtobuf, UnknownKindError } from '../protobuf/decode';
import { badRequest, tooLarge, unsupportedMediaType } from './apiError';

/** As the API server limits it. */
export const BODY_LIMIT = 3 * 1024 * 1024;

/** Reads a request's body. @throws ApiError 413 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) throw tooLarge(BODY_LIMIT);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The media type of a request's body, without parameters. */
export function mediaType(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? '').split(';')[0].trim();
}

/** Parses a body by its media type. @throws ApiError 400, 415 */
export function parseBody(body: Buffer, type: string): JsonValue {
  try {
    if (type.endsWith('protobuf')) return decodeProtobuf(body);
    const text = body.toString('utf8');
    if (type.endsWith('yaml') && !/^\s*[[{]/.test(text)) {
      return parseYaml(text) as JsonValue;
    }
    return parseJson(text) as JsonValue;
  } catch (error) {
    if (error instanceof UnknownKindError) {
      throw unsupportedMediaType(
        'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml',
      );
    }
    throw badRequest(
      "couldn't get version/kind; json parse error: the body is not well-formed",
    );
  }
}

/** As {@link parseBody}, for bodies that must be objects. */
export function parseObject(body: Buffer, type: string): JsonObject {
  const value = parseBody(body, type);
  if (!isObject(value)) {
    throw badRequest(
      "couldn't get version/kind; json parse error: the body is not an object",
    );
  }
  return value;
}
