import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { UnknownKindError } from '../errors/errors';
import { KubernetesApiError } from '../errors/KubernetesApiError';
import { refOf } from '../object/metadata';
import { failureOf, type ApplyFailure } from './ApplyError';
import type { ApplyObjectsOptions } from './applyObjects';
import { changeOf, type Change } from './ChangeSet';
import { definedKinds, isDefined } from './establishing';
import { inspect } from './inspect';
import { mapConcurrent } from './mapConcurrent';
import { normalise } from './normalise';
import { compareApplyOrder } from './order';
import { prepare } from './prepare';

/**
 * What an apply would do to one object.
 *
 * @public
 */
export interface PlannedChange extends Change {
  /** The object as it is; absent where there is none. */
  live?: KubernetesObject;
  /**
   * The object as it would be. Where the server cannot say yet (its namespace
   * or definition comes with the same set), the object as it would be sent.
   */
  merged?: KubernetesObject;
  /** It would be deleted and made anew. */
  recreate: boolean;
  /** Fields of other tools, such as kubectl, would be taken over. */
  takesOver: boolean;
  /** It would fail. */
  failure?: ApplyFailure;
}

/** @public */
export type PlanObjectsOptions = Pick<
  ApplyObjectsOptions,
  | 'client'
  | 'objects'
  | 'fieldManager'
  | 'ownerLabels'
  | 'commonMetadata'
  | 'defaultNamespace'
  | 'force'
  | 'overrideManagers'
  | 'ignore'
  | 'signal'
>;

/**
 * The changes that `applyObjects` would make, found by the same dry runs.
 * Writes nothing. `live` and `merged` hold values of Secrets: show them
 * through `diffObjects` only.
 *
 * @public
 */
export async function planObjects(
  options: PlanObjectsOptions,
): Promise<PlannedChange[]> {
  const defined = definedKinds(options.objects);
  const namespaces = new Set(
    options.objects
      .filter(o => o.kind === 'Namespace')
      .map(o => o.metadata.name),
  );
  const plans = await mapConcurrent(options.objects, 4, object =>
    planOne(object, { ...options, defined, namespaces }),
  );
  return plans.sort((a, b) => compareApplyOrder(a.ref, b.ref));
}

async function planOne(
  object: KubernetesObject,
  options: PlanObjectsOptions & {
    defined: ReadonlySet<string>;
    namespaces: ReadonlySet<string>;
  },
): Promise<PlannedChange> {
  options.signal?.throwIfAborted();
  let desired = object;
  const none = { recreate: false, takesOver: false };
  try {
    desired = normalise(object, options);
    desired = await prepare(desired, options);
    const found = await inspect(desired, {
      ...options,
      force: options.force ?? false,
    });
    return {
      ...changeOf(refOf(desired), found.action),
      live: found.live,
      merged: found.merged ?? (found.recreate ? desired : undefined),
      recreate: found.recreate,
      takesOver: found.takeOver.length > 0,
    };
  } catch (error) {
    if (options.signal?.aborted) throw error;
    const comesAlong =
      (error instanceof UnknownKindError &&
        isDefined(options.defined, desired)) ||
      isMissingNamespace(error, options.namespaces);
    const change = changeOf(refOf(desired), 'created');
    return comesAlong
      ? { ...change, ...none, merged: desired }
      : {
          ...change,
          ...none,
          failure: failureOf({ object: desired, phase: 'dry-run', error }),
        };
  }
}

function isMissingNamespace(
  error: unknown,
  namespaces: ReadonlySet<string>,
): boolean {
  return (
    error instanceof KubernetesApiError &&
    error.status === 404 &&
    error.details?.kind === 'namespaces' &&
    namespaces.has(error.details.name ?? '')
  );
}
