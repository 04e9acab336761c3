import {
  stringifyJson,
  stringifyYaml,
} from '@backstage-gitops/kubernetes-yaml';
import type { ServerResponse } from 'node:http';
import type { JsonObject } from '../json/value';
import { OPENAPI_V2_BYTES } from '../openapi/openApiV2';
import type { ApiError } from './apiError';
import { wantsYaml } from './representation';
import type { WriteAnswer } from './writeHandlers';

/** Bodies that are plain text. */
export const TEXT_OK: JsonObject = Object.freeze({ text: 'ok' });
const TEXTS = new Set([TEXT_OK, OPENAPI_V2_BYTES]);

/** Sends a failure: a Status, or its plain text. */
export function sendFailure(
  response: ServerResponse,
  failure: ApiError,
  warnings: string[],
): void {
  for (const [name, value] of Object.entries(failure.headers)) {
    response.setHeader(name, value);
  }
  if (failure.text === undefined) {
    const answer = { code: failure.code, body: failure.toStatus() };
    sendAnswer(response, answer, warnings);
    return;
  }
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.writeHead(failure.code);
  response.end(failure.text);
}

/** Sends an answer with the warnings that clients show (`Warning: 299`). */
export function sendAnswer(
  response: ServerResponse,
  { code, body }: WriteAnswer,
  warnings: string[],
): void {
  const isText = TEXTS.has(body);
  const isYaml = wantsYaml(response.req.headers.accept ?? '');
  let text = isYaml ? stringifyYaml(body) : `${stringifyJson(body)}\n`;
  if (isText) text = String(body.text);
  for (const warning of [...new Set(warnings)]) {
    response.appendHeader('warning', `299 - ${JSON.stringify(warning)}`);
  }
  if (!response.hasHeader('content-type')) {
    response.setHeader(
      'content-type',
      isText
        ? 'text/plain; charset=utf-8'
        : `application/${isYaml ? 'yaml' : 'json'}`,
    );
  }
  response.setHeader('cache-control', 'no-cache, private');
  response.writeHead(code, { 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
