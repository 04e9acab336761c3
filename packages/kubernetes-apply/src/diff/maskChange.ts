import {
  isJsonObject,
  type KubernetesObject,
} from '@backstage-gitops/kubernetes-yaml';
import { MASK } from '../object/maskSecret';
import { isSecret } from '../object/metadata';
import type { FieldChange } from './FieldChange';

/**
 * Changes as they may be shown: of a Secret, only that its values changed. So
 * are annotations and labels that repeat one of its values, or that hold a
 * whole document, which tools are fond of keeping.
 */
export function maskChanges<T extends FieldChange>(
  changes: readonly T[],
  objects: readonly (KubernetesObject | undefined)[],
): T[] {
  const secrets = objects.filter(object => object && isSecret(object));
  if (secrets.length === 0) return [...changes];
  const values = secrets.flatMap(object => [
    ...textsOf(object?.data),
    ...textsOf(object?.stringData),
  ]);
  return changes.map(change =>
    isOpen(change, values) ? change : masked(change),
  );
}

/** Values as they are stored, and as they are meant. */
function textsOf(map: unknown): string[] {
  if (!isJsonObject(map)) return [];
  return Object.values(map).flatMap(value =>
    typeof value === 'string' && value !== ''
      ? [
          value,
          Buffer.from(value, 'base64').toString(),
          Buffer.from(value).toString('base64'),
        ]
      : [],
  );
}

/** Short values are part of many texts. */
function repeats(text: string, secret: string): boolean {
  return secret.length >= 4 ? text.includes(secret) : text === secret;
}

function isOpen(change: FieldChange, values: readonly string[]): boolean {
  if (/^\.metadata\.(annotations|labels)(\.|\[)/.test(change.path)) {
    return [change.before, change.after].every(
      value =>
        value === undefined ||
        (typeof value === 'string' &&
          !/[{[]/.test(value) &&
          !values.some(secret => repeats(value, secret))),
    );
  }
  return /^\.(apiVersion|kind|type|immutable|metadata)\b/.test(change.path);
}

function masked<T extends FieldChange>(change: T): T {
  return {
    ...change,
    ...('before' in change ? { before: `${MASK} (before)` } : {}),
    ...('after' in change ? { after: `${MASK} (after)` } : {}),
  };
}
