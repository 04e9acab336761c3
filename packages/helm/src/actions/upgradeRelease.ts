import { ActionError } from '../cluster/ActionError';
import type { ClusterObject } from '../cluster/ClusterObject';
import { existingObjects, withOwner } from '../cluster/ownership';
import { deleteObjects, updateObjects } from '../cluster/writeObjects';
import type { Release } from '../releases';
import { objectsOf, waitFor } from './deploy';
import { historyOf, recordNew, supersede } from './history';
import {
  checkReleaseName,
  failedWith,
  isPending,
  recordAnyway,
  ReleaseContext,
  statusOf,
  timestamp,
  WaitOptions,
  withInfo,
} from './ReleaseContext';
import { RenderRelease } from './RenderRelease';
import { rollbackRelease } from './rollbackRelease';
import { runHooks } from './runHooks';

/**
 * Who applies objects: the server, the client as in Helm 3, or whoever did it in
 * the revision before.
 *
 * @public
 */
export type ServerSide = boolean | 'auto';

/** @public */
export interface UpgradeOptions {
  name: string;
  render: RenderRelease;
  wait: WaitOptions;
  serverSide: ServerSide;
  forceConflicts?: boolean;
  /** What becomes of unknown and repeated fields, where the server applies. Default Strict. */
  fieldValidation?: 'Strict' | 'Ignore';
  /** Replaces existing objects as a whole; not with `serverSide`. */
  forceReplace?: boolean;
  /** Added to those of the revision before. */
  labels?: Readonly<Record<string, string>>;
  disableHooks?: boolean;
  takeOwnership?: boolean;
  /** What a failed upgrade created is deleted. */
  cleanupOnFail?: boolean;
  /** A failed upgrade is rolled back. */
  rollbackOnFailure?: boolean;
  description?: string;
}

/**
 * Upgrades a release, as Helm 4.2 does. Definitions of its chart stay as they are.
 *
 * @throws ActionError with the revision, once there is one; what `render` throws
 * @public
 */
export async function upgradeRelease(
  context: ReleaseContext,
  options: UpgradeOptions,
): Promise<Release> {
  const { name } = options;
  checkReleaseName(name);
  const { current, last, next } = await currentRelease(context, name);
  const { namespace } = current;
  const content = await options.render(
    { name, namespace, revision: next, isUpgrade: true },
    current,
  );
  const serverSide = isServerSide(options.serverSide, last);
  const now = timestamp(context);
  const release: Release = {
    ...{ name, namespace, version: next },
    chart: content.chart,
    config: content.config,
    manifest: content.manifest,
    hooks: content.hooks,
    labels: { ...last.labels, ...options.labels },
    applyMethod: serverSide ? 'ssa' : 'csa',
    info: {
      firstDeployed: current.info?.firstDeployed ?? now,
      lastDeployed: now,
      status: 'pending-upgrade',
      description: 'Preparing upgrade',
      rollbackRevision: 0,
      notes: content.notes,
    },
  };
  const before = await objectsOf(context, current, 'current');
  const objects = withOwner(await objectsOf(context, release, 'new'), release);
  const known = new Set(before.map(({ key }) => key));
  const adopted = await existingObjects(
    objects.filter(({ key }) => !known.has(key)),
    {
      ...{ client: context.client, owner: release, action: 'update' },
      takeOwnership: options.takeOwnership === true,
      signal: context.signal,
    },
  );
  await recordNew(context, release);
  const created: ClusterObject[] = [];
  let reached = release;
  try {
    reached = await deploy(context, options, {
      ...{ release, objects, created, serverSide },
      before: [...before, ...adopted],
      takeOverClientSide: serverSide && current.applyMethod !== 'ssa',
      onHooks: ran => {
        reached = ran;
      },
    });
    await supersede(context, [current]);
    await context.records.update(reached, { signal: context.signal });
    return reached;
  } catch (error) {
    const at = (error instanceof ActionError && error.release) || reached;
    return fail(context, options, at, { error, created });
  }
}

/** The revision that an upgrade starts from, and the last there is. */
async function currentRelease(context: ReleaseContext, name: string) {
  const { last, deployed, next } = await historyOf(context, name);
  if (!last) {
    throw new ActionError(
      'no-release',
      `"${name}" has no deployed releases; install it first`,
    );
  }
  if (isPending(last)) {
    throw new ActionError(
      'pending',
      `another operation (install/upgrade/rollback) is in progress: revision ${last.version} of ${name} is ${statusOf(last)}`,
      { release: last },
    );
  }
  const current =
    deployed ??
    (['failed', 'superseded'].includes(statusOf(last)) ? last : undefined);
  if (!current) {
    throw new ActionError(
      'no-release',
      `"${name}" has no deployed releases: its last revision ${last.version} is ${statusOf(last)}`,
    );
  }
  return { current, last, next };
}

export function isServerSide(
  wanted: ServerSide,
  { applyMethod }: Pick<Release, 'applyMethod'>,
): boolean {
  return wanted === 'auto' ? applyMethod === 'ssa' : wanted;
}

async function deploy(
  context: ReleaseContext,
  options: UpgradeOptions,
  upgrade: {
    release: Release;
    before: readonly ClusterObject[];
    objects: readonly ClusterObject[];
    /** Gets what is created. */
    created: ClusterObject[];
    serverSide: boolean;
    takeOverClientSide: boolean;
    onHooks: (release: Release) => void;
  },
): Promise<Release> {
  const { before, objects, created, serverSide } = upgrade;
  const { client, fieldManager, signal, onProgress } = context;
  const { forceConflicts, forceReplace, fieldValidation } = options;
  const hooks = { wait: options.wait, serverSide };
  let now = upgrade.release;
  if (!options.disableHooks) {
    now = await runHooks(context, now, 'pre-upgrade', hooks);
    upgrade.onHooks(now);
  }
  onProgress?.(`updating ${objects.length} objects`);
  await updateObjects(before, objects, {
    ...{ client, fieldManager, serverSide, signal },
    ...{ forceConflicts, forceReplace, fieldValidation },
    takeOverClientSide: upgrade.takeOverClientSide,
    onCreate: object => created.push(object),
  });
  await waitFor(context, objects, options.wait);
  if (!options.disableHooks) {
    now = await runHooks(context, now, 'post-upgrade', hooks);
  }
  return withInfo(now, {
    status: 'deployed',
    description: options.description || 'Upgrade complete',
  });
}

async function fail(
  context: ReleaseContext,
  options: UpgradeOptions,
  reached: Release,
  { error, created }: { error: unknown; created: readonly ClusterObject[] },
): Promise<never> {
  const { client } = context;
  const { message } = error as Error;
  const release = withInfo(reached, {
    status: 'failed',
    description: `Upgrade "${reached.name}" failed: ${message}`,
  });
  await recordAnyway(context, release);
  if (options.cleanupOnFail && created.length > 0) {
    try {
      await deleteObjects(created, { client });
    } catch (second) {
      throw new ActionError(
        'apply-failed',
        `${message}; and what the upgrade had created could not be deleted: ${(second as Error).message}`,
        { cause: error, release },
      );
    }
  }
  if (!options.rollbackOnFailure) {
    throw failedWith(release, error);
  }
  return rollBack(context, options, { release, error });
}

async function rollBack(
  context: ReleaseContext,
  options: UpgradeOptions,
  { release, error }: { release: Release; error: unknown },
): Promise<never> {
  const { message } = error as Error;
  const free = { ...context, signal: undefined };
  const { releases } = await historyOf(free, release.name);
  const good = releases.findLast(one =>
    ['superseded', 'deployed'].includes(statusOf(one)),
  );
  if (!good) {
    throw new ActionError(
      'no-revision',
      `${message}; and there is no revision to roll back to that was good`,
      { cause: error, release },
    );
  }
  try {
    await rollbackRelease(free, {
      ...options,
      version: good.version,
      description: undefined,
    });
  } catch (second) {
    throw new ActionError(
      'apply-failed',
      `${message}; and rolling back failed, too: ${(second as Error).message}`,
      { cause: error, release },
    );
  }
  throw new ActionError(
    'apply-failed',
    `the release ${release.name} failed, and was rolled back for that: ${message}`,
    { cause: error, release },
  );
}
