import type {
  JsonObject,
  KubernetesObject,
} from '@backstage-gitops/kubernetes-yaml';
import type { ClusterClient } from '../client/ClusterClient';
import { hasSetting, refOf } from '../object/metadata';
import type { ChangeAction } from './ChangeSet';
import { hasDrifted } from './drift';
import {
  ignoredPaths,
  keepIgnored,
  without,
  withLiveValues,
  type IgnoreRule,
} from './ignore';
import { isImmutableError } from './immutable';
import { takeOverPatch, type FieldManagerMatch } from './takeOver';

/** What applying an object would do. */
export interface Inspection {
  desired: KubernetesObject;
  live?: KubernetesObject;
  /** The object as the server would store it. */
  merged?: KubernetesObject;
  action: Exclude<ChangeAction, 'deleted'>;
  /** What to change first, so that fields of other tools become ours. */
  takeOver: JsonObject[];
  /** It has to be deleted first: a field of it cannot be changed. */
  recreate: boolean;
  /** Nothing of it was there a moment ago; no dry run was made. */
  presumedNew?: true;
}

export interface InspectOptions {
  client: ClusterClient;
  fieldManager: string;
  force: boolean;
  overrideManagers?: readonly FieldManagerMatch[];
  ignore?: readonly IgnoreRule[];
  signal?: AbortSignal;
  /** The live object as it was read before; `null` where there was none. */
  known?: KubernetesObject | null;
}

/** How often an object is read again that somebody writes all the time. */
const MAX_READS = 3;

/**
 * Flux's dry run of one object (fluxcd/pkg ssa, Flux 2.9). Writes nothing. The
 * answer is about one version of the object: where the dry run met another one
 * than was read, and they differ, it is read again.
 */
export async function inspect(
  desired: KubernetesObject,
  options: InspectOptions,
): Promise<Inspection> {
  const { client, signal, known } = options;
  let live =
    known === undefined
      ? await client.get(refOf(desired), { signal })
      : (known ?? undefined);
  for (let reads = 1; ; reads++) {
    if (isSkipped(desired, live)) return notDone(desired, live, 'skipped');
    const found = await compare(desired, live, options);
    if (!isOutdated(found, live) || reads >= MAX_READS) return found;
    live = await client.get(refOf(desired), { signal });
  }
}

/** What to do about an object of which nothing is there: no dry run is made. */
export function presumeNew(desired: KubernetesObject): Inspection {
  return isSkipped(desired, undefined)
    ? notDone(desired, undefined, 'skipped')
    : { ...notDone(desired, undefined, 'created'), presumedNew: true };
}

function notDone(
  desired: KubernetesObject,
  live: KubernetesObject | undefined,
  action: Inspection['action'],
): Inspection {
  return { desired, live, action, takeOver: [], recreate: false };
}

/** True where what was found rests on an object that is another by now. */
function isOutdated(
  { action, merged }: Inspection,
  live: KubernetesObject | undefined,
): boolean {
  if (action !== 'configured' && (live || action !== 'created')) return false;
  const version = merged?.metadata.resourceVersion;
  return version !== undefined && version !== live?.metadata.resourceVersion;
}

async function compare(
  desired: KubernetesObject,
  live: KubernetesObject | undefined,
  options: InspectOptions,
): Promise<Inspection> {
  const { client, fieldManager, signal } = options;
  let merged: KubernetesObject;
  try {
    merged = await client.apply(desired, {
      fieldManager,
      force: true,
      dryRun: true,
      signal,
    });
  } catch (error) {
    const mayForce = options.force || hasSetting(desired, 'force', 'enabled');
    if (!live || !mayForce || !isImmutableError(error)) throw error;
    return { ...notDone(desired, live, 'created'), recreate: true };
  }
  if (!live || !merged.metadata.resourceVersion) {
    return { ...notDone(desired, undefined, 'created'), merged };
  }
  const takeOver = takeOverPatch(live, {
    desired,
    fieldManager,
    overrideManagers: options.overrideManagers,
  });
  const paths = ignoredPaths(desired, options.ignore ?? []);
  const changes =
    takeOver.length > 0 ||
    hasDrifted(without(live, paths), without(merged, paths));
  return {
    // Ignored fields stay as they are, whatever else is written.
    desired: keepIgnored(desired, { live, merged, paths, fieldManager }),
    live,
    merged: withLiveValues(merged, live, paths),
    action: changes ? 'configured' : 'unchanged',
    takeOver,
    recreate: false,
  };
}

function isSkipped(
  desired: KubernetesObject,
  live: KubernetesObject | undefined,
): boolean {
  return (
    hasSetting(desired, 'reconcile', 'disabled') ||
    hasSetting(live, 'reconcile', 'disabled') ||
    hasSetting(desired, 'ssa', 'Ignore') ||
    hasSetting(live, 'ssa', 'Ignore') ||
    (live !== undefined && hasSetting(desired, 'ssa', 'IfNotPresent'))
  );
}
