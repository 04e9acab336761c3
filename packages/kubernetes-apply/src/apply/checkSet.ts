import {
  isJsonObject,
  type JsonObject,
  type KubernetesObject,
} from '@backstage-gitops/kubernetes-yaml';
import { parseApiVersion } from '../client/paths';
import { ClusterError } from '../errors/ClusterError';
import { InvalidReferenceError } from '../errors/errors';
import { refOf } from '../object/metadata';
import { objectKey } from '../object/objectKey';
import { subjectOf } from '../object/subject';

/**
 * One object is in a set twice, be it in two versions of its group: each apply
 * of one would undo the other. Code `duplicate-object`.
 *
 * @public
 */
export class DuplicateObjectError extends ClusterError {
  readonly code = 'duplicate-object';

  constructor(object: KubernetesObject, other: KubernetesObject) {
    const versions = [...new Set([other.apiVersion, object.apiVersion])];
    super(
      `${subjectOf(object)} is more than once in the set (${versions.join(' and ')})`,
      {
        hint: 'remove one of them, or give it another name or namespace',
      },
    );
  }
}

/**
 * An object that can be named.
 *
 * @throws InvalidReferenceError that says what is missing
 */
export function checkIdentity(object: KubernetesObject): void {
  const candidate: unknown = object;
  if (!isJsonObject(candidate)) {
    throw new InvalidReferenceError('it is not an object');
  }
  const metadata = isJsonObject(candidate.metadata) ? candidate.metadata : {};
  for (const [field, value] of [
    ['apiVersion', candidate.apiVersion],
    ['kind', candidate.kind],
    ['metadata.name', metadata.name],
  ]) {
    if (typeof value === 'string' && value !== '') continue;
    throw new InvalidReferenceError(
      problemOf(String(field), value, metadata),
      'every applied object needs apiVersion, kind and metadata.name',
    );
  }
  parseApiVersion(object.apiVersion);
}

function problemOf(
  field: string,
  value: unknown,
  { generateName }: JsonObject,
): string {
  if (field === 'metadata.name' && generateName) {
    return 'it has metadata.generateName, which cannot be applied: every apply would make another object';
  }
  return value === undefined || value === null || value === ''
    ? `it has no ${field}`
    : `${field} is not a string`;
}

/** Which objects of a set are the same as one before them. */
export function duplicatesIn(
  objects: readonly KubernetesObject[],
  defaultNamespace?: string,
): { object: KubernetesObject; other: KubernetesObject }[] {
  const seen = new Map<string, KubernetesObject>();
  return objects.flatMap(object => {
    const ref = refOf(object);
    const key = objectKey({
      ...ref,
      namespace: ref.namespace ?? defaultNamespace,
    });
    const other = seen.get(key);
    if (other) return [{ object, other }];
    seen.set(key, object);
    return [];
  });
}
