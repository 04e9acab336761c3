import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { ActionError } from '../cluster/ActionError';
import type { ClusterObject } from '../cluster/ClusterObject';
import { ownershipProblem, RESOURCE_POLICY } from '../cluster/ownership';
import { waitUntilGone } from '../cluster/waitForObjects';
import { deleteObjects, Propagation } from '../cluster/writeObjects';
import { sortByKind } from '../manifests';
import type { Release } from '../releases';
import { objectsOf } from './deploy';
import { historyOf } from './history';
import {
  checkReleaseName,
  recordAnyway,
  ReleaseContext,
  statusOf,
  timestamp,
  waiting,
  WaitOptions,
  withInfo,
} from './ReleaseContext';
import { runHooks } from './runHooks';

/** @public */
export interface UninstallOptions {
  name: string;
  wait: WaitOptions;
  disableHooks?: boolean;
  /** The revisions stay, and say that they are uninstalled. */
  keepHistory?: boolean;
  propagation?: Propagation;
  description?: string;
}

/**
 * An object that is there still, and why: its policy is to be kept, it is not of
 * the release, or nobody could tell whose it is.
 *
 * @public
 */
export interface KeptObject {
  kind: string;
  namespace?: string;
  name: string;
  reason: string;
}

/** @public */
export interface Uninstalled {
  release: Release;
  kept: readonly KeptObject[];
}

/**
 * Uninstalls a release, as Helm 4.2 does. What fails once objects are being deleted
 * is told at the end.
 *
 * @throws ActionError
 * @public
 */
export async function uninstallRelease(
  context: ReleaseContext,
  options: UninstallOptions,
): Promise<Uninstalled> {
  const { name } = options;
  checkReleaseName(name);
  const { releases, last } = await historyOf(context, name);
  if (!last) {
    throw new ActionError('no-release', `there is no release ${name}`);
  }
  if (statusOf(last) === 'uninstalled') {
    if (options.keepHistory) {
      throw new ActionError(
        'no-release',
        `the release ${name} is uninstalled already`,
        { release: last },
      );
    }
    await purge(context, releases);
    return { release: last, kept: [] };
  }
  let release = withInfo(last, {
    status: 'uninstalling',
    deleted: timestamp(context),
    description: 'Deletion in progress (or silently failed)',
  });
  const hooks = { wait: options.wait, serverSide: true };
  if (!options.disableHooks) {
    release = await runHooks(context, release, 'pre-delete', hooks);
  }
  await recordAnyway(context, release);
  const { deleted, kept } = await deleteAll(context, options, release);
  const failures: unknown[] = [];
  const attempt = async (step: () => Promise<void>) => {
    try {
      await step();
    } catch (error) {
      context.signal?.throwIfAborted();
      failures.push(error);
    }
  };
  if (options.wait.strategy !== 'hookOnly') {
    const { client, clock, signal } = context;
    const { timeoutMs } = options.wait;
    await attempt(() =>
      waiting(context, 'objects', () =>
        waitUntilGone(deleted, { client, clock, signal, timeoutMs }),
      ),
    );
  }
  if (!options.disableHooks) {
    await attempt(async () => {
      release = await runHooks(context, release, 'post-delete', hooks);
    });
  }
  release = withInfo(release, {
    status: 'uninstalled',
    description: options.description || 'Uninstallation complete',
  });
  await attempt(() =>
    options.keepHistory
      ? keepHistory(context, releases, release)
      : purge(context, releases),
  );
  if (failures.length > 0) {
    throw new ActionError(
      codeOf(failures),
      `uninstallation completed with ${failures.length} error(s): ${failures.map(error => (error as Error).message).join('; ')}`,
      { cause: failures[0], release },
    );
  }
  return { release, kept };
}

async function deleteAll(
  context: ReleaseContext,
  { propagation }: UninstallOptions,
  release: Release,
): Promise<{ deleted: ClusterObject[]; kept: KeptObject[] }> {
  const { client, signal } = context;
  const objects = await objectsOf(context, release, 'current');
  const inOrder = sortByKind(
    objects.map(object => ({ kind: object.ref.kind, object })),
    'uninstall',
  );
  const deleted: ClusterObject[] = [];
  const kept: KeptObject[] = [];
  for (const { object } of inOrder) {
    const reason = await reasonToKeep(context, object, release);
    if (reason === 'gone') continue;
    if (reason) {
      const { kind, namespace, name } = object.ref;
      kept.push({ kind, namespace, name, reason });
    } else {
      deleted.push(object);
    }
  }
  context.onProgress?.(`deleting ${deleted.length} objects`);
  try {
    await deleteObjects(deleted, { client, signal, propagation });
  } catch (error) {
    throw new ActionError(
      'apply-failed',
      `failed to delete the release ${release.name}: ${(error as Error).message}`,
      { cause: error, release },
    );
  }
  return { deleted, kept };
}

async function reasonToKeep(
  { client, signal }: ReleaseContext,
  { object, ref }: ClusterObject,
  release: Release,
): Promise<string | undefined> {
  if (object.metadata.annotations?.[RESOURCE_POLICY]?.trim() === 'keep') {
    return `its annotation ${RESOURCE_POLICY} is keep`;
  }
  try {
    const live = await client.get<KubernetesObject>(ref, {
      metadataOnly: true,
      signal,
    });
    if (!live) return 'gone';
    return ownershipProblem(live, release);
  } catch (error) {
    signal?.throwIfAborted();
    return `whose it is could not be found out: ${(error as Error).message}`;
  }
}

async function purge(
  { records, signal }: ReleaseContext,
  releases: readonly Release[],
): Promise<void> {
  for (const release of releases) {
    await records.delete(release, { signal });
  }
}

async function keepHistory(
  { records, signal }: ReleaseContext,
  releases: readonly Release[],
  release: Release,
): Promise<void> {
  await records.update(release, { signal });
  for (const other of releases) {
    if (other.version !== release.version && statusOf(other) === 'deployed') {
      await records.update(withInfo(other, { status: 'superseded' }), {
        signal,
      });
    }
  }
}

function codeOf(failures: readonly unknown[]) {
  const [first] = failures;
  return first instanceof ActionError ? first.code : 'apply-failed';
}
