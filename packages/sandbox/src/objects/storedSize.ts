import { stringifyJson } from '@backstage-gitops/kubernetes-yaml';
import { unexplained } from '../api/apiError';
import type { JsonObject, JsonValue } from '../json/value';

/** What etcd takes in one request by default. */
const STORED_LIMIT = 1.5 * 1024 * 1024;

/** Objects that etcd would not store are refused. @throws ApiError 500 */
export function checkStoredSize(object: JsonObject): void {
  // Texts make up most of an object; only one near the limit is measured.
  if (textSize(object) < STORED_LIMIT / 2) return;
  if (Buffer.byteLength(stringifyJson(object)) > STORED_LIMIT) {
    throw unexplained('etcdserver: request is too large');
  }
}

function textSize(value: JsonValue | undefined): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  let size = 0;
  for (const entry of Object.values(value)) size += textSize(entry) + 16;
  return size;
}
