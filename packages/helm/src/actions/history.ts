import type { Release } from '../releases';
import { ReleaseContext, statusOf } from './ReleaseContext';

/** The number of the revision after all there are, unreadable ones included. */
export async function historyOf(context: ReleaseContext, name: string) {
  const { records, signal } = context;
  const { releases, unreadable } = await records.history(name, { signal });
  for (const { version, error } of unreadable) {
    context.onProgress?.(
      `revision ${version} of ${name} is passed over: ${error.message}`,
    );
  }
  return {
    releases,
    last: releases.at(-1),
    /** The newest; two are deployed where writers did not see each other. */
    deployed: releases.findLast(one => statusOf(one) === 'deployed'),
    next:
      Math.max(0, ...[...releases, ...unreadable].map(one => one.version)) + 1,
  };
}

/**
 * Stores a new revision, and first makes room for it: the oldest go, the one
 * that is deployed excepted.
 */
export async function recordNew(
  context: ReleaseContext,
  release: Release,
): Promise<void> {
  const { records, maxHistory = 0, signal } = context;
  if (maxHistory > 0) {
    const { releases, deployed } = await historyOf(context, release.name);
    const excess = releases.length - (maxHistory - 1);
    const oldest = releases
      .filter(({ version }) => version !== deployed?.version)
      .slice(0, Math.max(0, excess));
    for (const old of oldest) {
      await records.delete(old, { signal });
    }
  }
  await records.create(release, { signal });
}

/** What was deployed is not any more. */
export async function supersede(
  context: ReleaseContext,
  releases: readonly Release[],
): Promise<void> {
  const { records, signal } = context;
  for (const release of releases) {
    await records.update(
      {
        ...release,
        info: release.info && { ...release.info, status: 'superseded' },
      },
      { signal },
    );
  }
}
