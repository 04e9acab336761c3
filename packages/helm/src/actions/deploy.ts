import { readClusterObjects } from '../cluster/ClusterObject';
import type { ClusterObject } from '../cluster/ClusterObject';
import { waitUntilReady } from '../cluster/waitForObjects';
import type { Release } from '../releases';
import { ReleaseContext, waiting, WaitOptions } from './ReleaseContext';

/** The objects of a revision, in the order of its manifest. */
export function objectsOf(
  { client }: ReleaseContext,
  release: Pick<Release, 'manifest' | 'namespace'>,
  which: 'current' | 'new',
): Promise<ClusterObject[]> {
  return readClusterObjects(release.manifest, {
    client,
    namespace: release.namespace,
    of: `${which} release manifest`,
  });
}

/** As its options say; with `hookOnly`, nothing is waited for. */
export async function waitFor(
  context: ReleaseContext,
  objects: readonly ClusterObject[],
  { strategy, timeoutMs, jobs, failFast }: WaitOptions,
): Promise<void> {
  if (strategy === 'hookOnly' || objects.length === 0) return;
  const { client, clock, signal, healthRules, onProgress } = context;
  onProgress?.(`waiting for ${objects.length} objects to become ready`);
  await waiting(context, 'objects', () =>
    waitUntilReady(objects, {
      ...{ client, clock, signal, timeoutMs, jobs, failFast },
      rules: healthRules,
      legacy: strategy === 'legacy',
    }),
  );
}
