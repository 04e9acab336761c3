import { ActionError } from '../cluster/ActionError';
import type { ClusterObject } from '../cluster/ClusterObject';
import { withOwner } from '../cluster/ownership';
import { deleteObjects, updateObjects } from '../cluster/writeObjects';
import type { Release } from '../releases';
import { objectsOf, waitFor } from './deploy';
import { historyOf, recordNew, supersede } from './history';
import {
  checkReleaseName,
  failedWith,
  recordAnyway,
  ReleaseContext,
  statusOf,
  timestamp,
  WaitOptions,
  withInfo,
} from './ReleaseContext';
import { runHooks } from './runHooks';
import type { ServerSide } from './upgradeRelease';

/** @public */
export interface RollbackOptions {
  name: string;
  /** The revision to go back to; left out, the one before the last. */
  version?: number;
  wait: WaitOptions;
  serverSide: ServerSide;
  forceConflicts?: boolean;
  forceReplace?: boolean;
  disableHooks?: boolean;
  /** What a failed rollback created is deleted. */
  cleanupOnFail?: boolean;
  description?: string;
}

/**
 * Makes a new revision of an old one, as Helm 4.2 does.
 *
 * @throws ActionError with the revision, once there is one
 * @public
 */
export async function rollbackRelease(
  context: ReleaseContext,
  options: RollbackOptions,
): Promise<Release> {
  const { name } = options;
  checkReleaseName(name);
  const { releases, last, next } = await historyOf(context, name);
  if (!last) {
    throw new ActionError('no-release', `there is no release ${name}`);
  }
  const version = options.version || last.version - 1;
  const wanted = releases.find(one => one.version === version);
  if (!wanted) {
    throw new ActionError(
      'no-revision',
      `the release ${name} has no revision ${version}; there are ${releases.map(one => one.version).join(', ')}`,
    );
  }
  const serverSide =
    options.serverSide === 'auto'
      ? wanted.applyMethod === 'ssa'
      : options.serverSide;
  const now = timestamp(context);
  const release: Release = {
    ...wanted,
    namespace: last.namespace,
    version: next,
    applyMethod: serverSide ? 'ssa' : 'csa',
    info: {
      firstDeployed: last.info?.firstDeployed ?? now,
      lastDeployed: now,
      status: 'pending-rollback',
      description: options.description || `Rollback to ${version}`,
      rollbackRevision: version,
      notes: wanted.info?.notes ?? '',
    },
  };
  await recordNew(context, release);
  const created: ClusterObject[] = [];
  let reached = release;
  try {
    reached = await deploy(context, options, {
      ...{ last, release, created, serverSide },
      onHooks: ran => {
        reached = ran;
      },
    });
    const { releases: all } = await historyOf(context, name);
    await supersede(
      context,
      all.filter(one => statusOf(one) === 'deployed'),
    );
    const done = withInfo(reached, { status: 'deployed' });
    await context.records.update(done, { signal: context.signal });
    return done;
  } catch (error) {
    const at = (error instanceof ActionError && error.release) || reached;
    return fail(context, options, at, { error, created });
  }
}

async function deploy(
  context: ReleaseContext,
  options: RollbackOptions,
  rollback: {
    last: Release;
    release: Release;
    created: ClusterObject[];
    serverSide: boolean;
    onHooks: (release: Release) => void;
  },
): Promise<Release> {
  const { created, serverSide } = rollback;
  const { client, fieldManager, signal, onProgress } = context;
  const { forceConflicts, forceReplace } = options;
  const before = await objectsOf(context, rollback.last, 'current');
  const objects = withOwner(
    await objectsOf(context, rollback.release, 'new'),
    rollback.release,
  );
  const hooks = { wait: options.wait, serverSide };
  let now = rollback.release;
  if (!options.disableHooks) {
    now = await runHooks(context, now, 'pre-rollback', hooks);
    rollback.onHooks(now);
  }
  onProgress?.(`bringing ${objects.length} objects back`);
  try {
    await updateObjects(before, objects, {
      ...{ client, fieldManager, serverSide, signal },
      ...{ forceConflicts, forceReplace },
      takeOverClientSide: serverSide,
      onCreate: object => created.push(object),
    });
  } catch (error) {
    // Neither revision is what is there now.
    const superseded = withInfo(rollback.last, { status: 'superseded' });
    await recordAnyway(context, superseded);
    throw error;
  }
  await waitFor(context, objects, options.wait);
  return options.disableHooks
    ? now
    : runHooks(context, now, 'post-rollback', hooks);
}

async function fail(
  context: ReleaseContext,
  options: RollbackOptions,
  reached: Release,
  { error, created }: { error: unknown; created: readonly ClusterObject[] },
): Promise<never> {
  const { message } = error as Error;
  const release = withInfo(reached, {
    status: 'failed',
    description: `Rollback "${reached.name}" failed: ${message}`,
  });
  await recordAnyway(context, release);
  if (options.cleanupOnFail && created.length > 0) {
    try {
      await deleteObjects(created, { client: context.client });
    } catch (second) {
      throw new ActionError(
        'apply-failed',
        `${message}; and what the rollback had created could not be deleted: ${(second as Error).message}`,
        { cause: error, release },
      );
    }
  }
  throw failedWith(release, error);
}
