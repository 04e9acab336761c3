import { Release } from '@backstage-gitops/helm';
import { HelmSnapshot } from '@backstage-gitops/plugin-gitops-common';
import { HelmRun } from '../loop/ReleaseRequest';
import { snapshotOf } from '../release/snapshots';

/**
 * Takes an install or upgrade into the history: the new revision comes first, and
 * the one before is as it is recorded now (Flux 2.9).
 *
 * @param written - the newest first
 */
export function recordAttempt(
  { status }: HelmRun,
  written: readonly Release[],
  action: 'install' | 'upgrade',
): void {
  const [newest, ...older] = written;
  if (!newest) {
    return;
  }
  status.history = [
    snapshotOf(newest, {
      action,
      ociDigest: status.lastAttemptedRevisionDigest,
    }),
    ...(status.history ?? []).map(snapshot => {
      const now = older.find(release => isOf(snapshot, release));
      return now ? updated(snapshot, now) : snapshot;
    }),
  ];
}

/** Takes over how revisions are recorded now; new ones come first if wanted. */
export function recordChanges(
  { status }: HelmRun,
  written: readonly Release[],
  options: { action?: string; addNew?: boolean } = {},
): void {
  for (const release of [...written].reverse()) {
    const history = status.history ?? [];
    if (history.some(snapshot => isOf(snapshot, release))) {
      status.history = history.map(snapshot =>
        isOf(snapshot, release)
          ? updated(snapshot, release, options.action)
          : snapshot,
      );
    } else if (options.addNew) {
      status.history = [
        snapshotOf(release, { action: options.action }),
        ...history,
      ];
    }
  }
}

function isOf(
  { name, namespace, version }: HelmSnapshot,
  release: Release,
): boolean {
  return (
    name === release.name &&
    namespace === release.namespace &&
    version === release.version
  );
}

function updated(
  { ociDigest, testHooks, action }: HelmSnapshot,
  release: Release,
  newAction = action,
): HelmSnapshot {
  return {
    ...snapshotOf(release, { action: newAction, ociDigest }),
    ...(testHooks && { testHooks }),
  };
}
