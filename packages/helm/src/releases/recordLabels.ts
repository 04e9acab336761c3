import { setOwn } from '@backstage-gitops/kubernetes-yaml';
import type { Release } from './Release';
import { ReleaseError } from './ReleaseError';

/**
 * The type of Secrets that hold records.
 *
 * @public
 */
export const RECORD_TYPE = 'helm.sh/release.v1';

const RESERVED: ReadonlySet<string> = new Set([
  ...['name', 'owner', 'status', 'version', 'createdAt', 'modifiedAt'],
]);

/**
 * The name of the Secret or ConfigMap that holds the record of a revision.
 *
 * @public
 */
export function recordName(release: Pick<Release, 'name' | 'version'>): string {
  return `sh.helm.release.v1.${release.name}.v${release.version}`;
}

/**
 * When a record is written: for the first time, or again.
 *
 * @public
 */
export type RecordTime = { createdAt: Date } | { modifiedAt: Date };

/**
 * The labels of the object that holds a record: those of the user, and those
 * by which Helm finds it. A record that is written again loses its `createdAt`,
 * as in Helm 4.2. Helm looks records up by their labels, so that they must be
 * written whenever the status changes.
 *
 * @throws ReleaseError `reserved-label` for one of the user that is Helm's own
 * @public
 */
export function recordLabels(
  release: Pick<Release, 'name' | 'version' | 'info' | 'labels'>,
  time: RecordTime,
): Record<string, string> {
  const taken = Object.keys(release.labels).find(key => RESERVED.has(key));
  if (taken !== undefined) {
    throw new ReleaseError(
      'reserved-label',
      `the label ${taken} is one of Helm itself; choose another name (reserved are ${[...RESERVED].join(', ')})`,
    );
  }
  const [[key, date]] = Object.entries(time) as [string, Date][];
  return {
    ...release.labels,
    name: release.name,
    owner: 'helm',
    status: release.info?.status ?? '',
    version: String(release.version),
    [key]: String(Math.floor(date.getTime() / 1000)),
  };
}

/** The labels of the user among those of an object that holds a record. */
export function withoutReserved(
  labels: Readonly<Record<string, string>>,
): Record<string, string> {
  const result: Record<string, string> = {};
  for (const key of Object.keys(labels)) {
    if (!RESERVED.has(key)) {
      setOwn(result, key, labels[key]);
    }
  }
  return result;
}
