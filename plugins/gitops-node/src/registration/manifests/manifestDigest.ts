import { createHash } from 'node:crypto';
import { JsonObject, stringifyJson } from '@backstage-gitops/kubernetes-yaml';

/**
 * `sha256:<hex>` over the document's content as JSON with sorted keys: comments,
 * order and layout of the file do not count, any value does.
 *
 * @public
 */
export function manifestDigest(document: JsonObject): string {
  const text = stringifyJson(document, { sortKeys: true });
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
