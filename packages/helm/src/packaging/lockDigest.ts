import { hash } from 'node:crypto';
import type { ChartDependency, ChartLock, ChartMetadata } from '../charts';
import { writeJson } from '../functions/encoding/writeJson';
import { dependencyFields } from '../releases/metadataFields';

/**
 * The digest of Chart.lock (Helm 4.2): `sha256:` and the digest in hex of the
 * JSON of the dependencies in Chart.yaml and of those that are locked.
 *
 * @public
 */
export function lockDigest(
  requirements: readonly ChartDependency[] | undefined,
  locked: readonly ChartDependency[] | undefined,
): string {
  return digest([fieldsOf(requirements), fieldsOf(locked)]);
}

/**
 * Whether a lock was made for these dependencies. For charts with `apiVersion`
 * `v1`, the digest of Helm 2 will do, which knows nothing of what is locked.
 *
 * @public
 */
export function isLockInSync(
  metadata: ChartMetadata,
  lock: ChartLock,
): boolean {
  const { apiVersion, dependencies } = metadata;
  return (
    lockDigest(dependencies, lock.dependencies) === lock.digest ||
    (apiVersion === 'v1' &&
      digest({ dependencies: fieldsOf(dependencies) }) === lock.digest)
  );
}

function fieldsOf(dependencies: readonly ChartDependency[] | undefined) {
  return dependencies?.map(dependencyFields) ?? null;
}

function digest(value: unknown): string {
  return `sha256:${hash('sha256', writeJson(value))}`;
}
