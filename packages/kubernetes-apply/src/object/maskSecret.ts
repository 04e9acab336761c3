import {
  isJsonObject,
  type KubernetesObject,
} from '@backstage-gitops/kubernetes-yaml';
import { isSecret } from './metadata';

/** What stands in for a value that must not be shown. */
export const MASK = '***';

/**
 * Replaces the values of a Secret in a text: the server's messages quote what
 * they refuse. Values are looked for as they are, decoded and encoded. Texts
 * about other kinds stay as they are.
 *
 * @public
 */
export function maskSecretValues(
  text: string,
  object: KubernetesObject,
): string {
  if (!isSecret(object)) return text;
  const values = new Set<string>();
  for (const [field, map] of [
    ['data', object.data],
    ['stringData', object.stringData],
  ] as const) {
    if (!isJsonObject(map)) continue;
    for (const value of Object.values(map)) {
      if (typeof value !== 'string' || value === '') continue;
      values.add(value);
      const other =
        field === 'data'
          ? Buffer.from(value, 'base64').toString('utf8')
          : Buffer.from(value, 'utf8').toString('base64');
      values.add(other);
    }
  }
  let masked = text;
  // Longest first: a short value may be part of a long one.
  for (const value of [...values].sort((a, b) => b.length - a.length)) {
    for (const form of formsOf(value)) masked = masked.replaceAll(form, MASK);
  }
  return masked;
}

function formsOf(value: string): string[] {
  const quoted = JSON.stringify(value).slice(1, -1);
  // Very short values would tear words apart; they are told by their quotes.
  return value.length >= 4
    ? [...new Set([value, quoted])]
    : [`"${quoted}"`, `'${value}'`];
}
