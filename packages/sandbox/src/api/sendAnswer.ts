import { stringifyJson } from '@backstage-gitops/kubernetes-yaml';
import type { ServerResponse } from 'node:http';
import type { JsonObject } from '../json/value';
import type { WriteAnswer } from './writeHandlers';

/** Bodies that are plain text. */
export const TEXT_OK: JsonObject = Object.freeze({ text: 'ok' });
export const TEXT_EMPTY: JsonObject = Object.freeze({ text: '' });
export const TEXT_NOT_FOUND: JsonObject = Object.freeze({
  text: '404 page not found\n',
});
const TEXTS = new Set([TEXT_OK, TEXT_EMPTY, TEXT_NOT_FOUND]);
/** Sends an answer with the warnings that clients show (`Warning: 299`). */
export function sendAnswer(
  response: ServerResponse,
  { code, body }: WriteAnswer,
  warnings: string[],
): void {
  const isText = TEXTS.has(body);
  const text = isText ? String(body.text) : `${stringifyJson(body)}\n`;
  for (const warning of [...new Set(warnings)]) {
    response.appendHeader('warning', `299 - ${JSON.stringify(warning)}`);
  }
  if (!response.hasHeader('content-type')) {
    response.setHeader(
      'content-type',
      isText ? 'text/plain' : 'application/json',
    );
  }
  response.setHeader('cache-control', 'no-cache, private');
  response.writeHead(code, { 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
