import { ActionError } from '../cluster/ActionError';
import type { ClusterObject } from '../cluster/ClusterObject';
import { existingObjects, withOwner } from '../cluster/ownership';
import { createObjects, updateObjects } from '../cluster/writeObjects';
import type { Release } from '../releases';
import { createNamespace } from './createNamespace';
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
import { RenderRelease } from './RenderRelease';
import { runHooks } from './runHooks';
import { uninstallRelease } from './uninstallRelease';

/** @public */
export interface InstallOptions {
  name: string;
  /** Where objects without a namespace go. */
  namespace: string;
  render: RenderRelease;
  wait: WaitOptions;
  serverSide: boolean;
  forceConflicts?: boolean;
  /** What becomes of unknown and repeated fields, where the server applies. Default Strict. */
  fieldValidation?: 'Strict' | 'Ignore';
  /** Replaces existing objects as a whole; not with `serverSide`. */
  forceReplace?: boolean;
  /** Of the record, besides Helm's own. */
  labels?: Readonly<Record<string, string>>;
  createNamespace?: boolean;
  disableHooks?: boolean;
  /** A release that was uninstalled, or failed, may be there. */
  replace?: boolean;
  /** Objects of others that exist become the release's. */
  takeOwnership?: boolean;
  /** A failed release is uninstalled. */
  rollbackOnFailure?: boolean;
  description?: string;
}

/**
 * Installs a release, as Helm 4.2 does; the definitions of its chart are not its
 * concern (see `applyCrds`). Records that nobody can read are passed over, and stay:
 * the new revision has the number after theirs.
 *
 * @throws ActionError with the revision, once there is one; what `render` throws
 * @public
 */
export async function installRelease(
  context: ReleaseContext,
  options: InstallOptions,
): Promise<Release> {
  const { name, namespace, serverSide } = options;
  checkReleaseName(name);
  const { last, releases, next } = await historyOf(context, name);
  if (last && !(options.replace && isReplaceable(last))) {
    throw new ActionError(
      'name-in-use',
      `the release ${name} cannot be installed: the name is in use, and its last revision is ${statusOf(last)}; upgrade or uninstall it`,
    );
  }
  const content = await options.render({
    ...{ name, namespace },
    revision: 1,
  });
  const now = timestamp(context);
  const release: Release = {
    ...{ name, namespace, version: next },
    chart: content.chart,
    config: content.config,
    manifest: content.manifest,
    hooks: content.hooks,
    labels: options.labels ?? {},
    applyMethod: serverSide ? 'ssa' : 'csa',
    info: {
      ...{ firstDeployed: now, lastDeployed: now, rollbackRevision: 0 },
      status: 'pending-install',
      description: 'Initial install underway',
      notes: content.notes,
    },
  };
  const objects = withOwner(await objectsOf(context, release, 'new'), release);
  const existing = await existingObjects(objects, {
    ...{ client: context.client, owner: release, action: 'install' },
    takeOwnership: options.takeOwnership === true,
    signal: context.signal,
  });
  if (options.createNamespace) {
    await createNamespace(context, namespace);
  }
  await supersede(
    context,
    releases.filter(one => statusOf(one) === 'deployed'),
  );
  await recordNew(context, release);
  let reached = release;
  try {
    reached = await deploy(context, options, {
      ...{ release, objects, existing },
      onHooks: ran => {
        reached = ran;
      },
    });
    await context.records.update(reached, { signal: context.signal });
    return reached;
  } catch (error) {
    return fail(context, options, failedAt(reached, error), error);
  }
}

async function deploy(
  context: ReleaseContext,
  options: InstallOptions,
  {
    release,
    objects,
    existing,
    onHooks,
  }: {
    release: Release;
    objects: readonly ClusterObject[];
    existing: readonly ClusterObject[];
    onHooks: (release: Release) => void;
  },
): Promise<Release> {
  const { serverSide, forceConflicts, forceReplace } = options;
  const { client, fieldManager, signal } = context;
  const { fieldValidation } = options;
  const settings = {
    ...{ client, fieldManager, serverSide, signal, fieldValidation },
  };
  const hooks = { wait: options.wait, serverSide };
  let now = release;
  if (!options.disableHooks) {
    now = await runHooks(context, now, 'pre-install', hooks);
    onHooks(now);
  }
  context.onProgress?.(`creating ${objects.length} objects`);
  if (existing.length === 0) {
    await createObjects(objects, settings);
  } else {
    await updateObjects(existing, objects, {
      ...{ ...settings, forceConflicts, forceReplace },
      takeOverClientSide: true,
      mergesUnstructured: options.takeOwnership && !serverSide,
    });
  }
  await waitFor(context, objects, options.wait);
  if (!options.disableHooks) {
    now = await runHooks(context, now, 'post-install', hooks);
  }
  return withInfo(now, {
    status: 'deployed',
    description: options.description || 'Install complete',
  });
}

/** What hooks did is kept, whichever of them failed. */
function failedAt(reached: Release, error: unknown): Release {
  return (error instanceof ActionError && error.release) || reached;
}

async function fail(
  context: ReleaseContext,
  options: InstallOptions,
  reached: Release,
  error: unknown,
): Promise<never> {
  const { message } = error as Error;
  const release = withInfo(reached, {
    status: 'failed',
    description: `Release "${reached.name}" failed: ${message}`,
  });
  await recordAnyway(context, release);
  if (!options.rollbackOnFailure) {
    throw failedWith(release, error);
  }
  await uninstallRelease(
    { ...context, signal: undefined },
    {
      name: release.name,
      wait: options.wait,
      disableHooks: options.disableHooks,
    },
  );
  throw new ActionError(
    'apply-failed',
    `the release ${release.name} failed, and was uninstalled for that: ${message}`,
    { cause: error, release },
  );
}

function isReplaceable(release: Release): boolean {
  return ['uninstalled', 'failed'].includes(statusOf(release));
}
