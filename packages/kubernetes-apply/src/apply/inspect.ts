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
}

export interface InspectOptions {
  client: ClusterClient;
  fieldManager: string;
  force: boolean;
  overrideManagers?: readonly FieldManagerMatch[];
  ignore?: readonly IgnoreRule[];
  signal?: AbortSignal;
}

/** Flux's dry run of one object (fluxcd/pkg ssa, Flux 2.9). Writes nothing. */
export async function inspect(
  desired: KubernetesObject,
  options: InspectOptions,
): Promise<Inspection> {
  const { client, fieldManager, signal } = options;
  const live = await client.get(refOf(desired), { signal });
  if (isSkipped(desired, live)) {
    return { desired, live, action: 'skipped', takeOver: [], recreate: false };
  }
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
    return { desired, live, action: 'created', takeOver: [], recreate: true };
  }
  if (!live || !merged.metadata.resourceVersion) {
    return {
      desired,
      merged,
      action: 'created',
      takeOver: [],
      recreate: false,
    };
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
