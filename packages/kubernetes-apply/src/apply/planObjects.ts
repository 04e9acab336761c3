import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { UnknownKindError } from '../errors/errors';
import { KubernetesApiError } from '../errors/KubernetesApiError';
import { refOf } from '../object/metadata';
import { objectKey } from '../object/objectKey';
import { failureOf, type ApplyFailure } from './ApplyError';
import type { ApplyObjectsOptions } from './applyObjects';
import { changeOf, type Change } from './ChangeSet';
import { DuplicateObjectError, duplicatesIn } from './checkSet';
import { definedKinds, isDefined } from './establishing';
import { inspect } from './inspect';
import { mapConcurrent } from '../object/mapConcurrent';
import { normalise } from './normalise';
import { compareApplyOrder } from './order';
import { prepare } from './prepare';
import { readLive } from '../object/readLive';

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
  /** It would fail; `id` is empty where the object cannot even be named. */
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

const CONCURRENT_DRY_RUNS = 8;

class Plan {
  readonly #options: PlanObjectsOptions;
  readonly #failed: PlannedChange[] = [];
  #defined: ReadonlySet<string> = new Set();
  #namespaces: ReadonlySet<string> = new Set();

  constructor(options: PlanObjectsOptions) {
    this.#options = options;
  }

  async make(): Promise<PlannedChange[]> {
    const { client, objects, ownerLabels, signal } = this.#options;
    const normal = await this.#each(objects, object =>
      normalise(object, this.#options),
    );
    this.#defined = definedKinds(normal);
    this.#namespaces = new Set(
      normal.filter(o => o.kind === 'Namespace').map(o => o.metadata.name),
    );
    const comingAlong: PlannedChange[] = [];
    const prepared = await this.#each(normal, async object => {
      try {
        const { apiVersion, kind } = object;
        const resource = await client.resourceOf(apiVersion, kind);
        return prepare(object, resource, this.#options.defaultNamespace);
      } catch (error) {
        if (!this.#comesAlong(object, error)) throw error;
        comingAlong.push(asSent(object));
        return undefined;
      }
    });
    const single = this.#withoutDuplicates(prepared.filter(o => !!o));
    const known = await readLive(single.map(refOf), {
      client,
      ownerLabels,
      signal,
    });
    const planned = await this.#each(single, object =>
      this.#planOne(object, known.get(objectKey(refOf(object)))),
    );
    return [...planned, ...comingAlong, ...this.#failed].sort((a, b) =>
      compareApplyOrder(a.ref, b.ref),
    );
  }

  async #planOne(
    desired: KubernetesObject,
    known: KubernetesObject | null | undefined,
  ): Promise<PlannedChange> {
    try {
      const found = await inspect(desired, {
        ...this.#options,
        force: this.#options.force ?? false,
        known,
      });
      return {
        ...changeOf(refOf(desired), found.action),
        live: found.live,
        merged: found.merged ?? (found.recreate ? desired : undefined),
        recreate: found.recreate,
        takesOver: found.takeOver.length > 0,
      };
    } catch (error) {
      if (!this.#comesAlong(desired, error)) throw error;
      return asSent(desired);
    }
  }

  #withoutDuplicates(objects: KubernetesObject[]): KubernetesObject[] {
    const duplicates = new Set<KubernetesObject>();
    for (const { object, other } of duplicatesIn(objects)) {
      duplicates.add(object);
      this.#fail(object, new DuplicateObjectError(object, other));
    }
    return objects.filter(object => !duplicates.has(object));
  }

  /** The server cannot say yet: what it lacks comes with the same set. */
  #comesAlong(object: KubernetesObject, error: unknown): boolean {
    return (
      (error instanceof UnknownKindError && isDefined(this.#defined, object)) ||
      isMissingNamespace(error, this.#namespaces)
    );
  }

  /** Does the same to all; those for which it fails are told as failed. */
  async #each<T>(
    objects: readonly KubernetesObject[],
    work: (object: KubernetesObject) => T | Promise<T>,
  ): Promise<T[]> {
    const outcomes = await mapConcurrent(
      objects,
      CONCURRENT_DRY_RUNS,
      async (object): Promise<{ value: T } | undefined> => {
        this.#options.signal?.throwIfAborted();
        try {
          return { value: await work(object) };
        } catch (error) {
          if (this.#options.signal?.aborted) throw error;
          this.#fail(object, error);
          return undefined;
        }
      },
    );
    return outcomes.flatMap(outcome => (outcome ? [outcome.value] : []));
  }

  #fail(object: KubernetesObject, error: unknown): void {
    this.#failed.push({
      ...namedChange(object),
      recreate: false,
      takesOver: false,
      failure: failureOf({ object, phase: 'dry-run', error }),
    });
  }
}

/**
 * The changes that `applyObjects` would make, found by the same dry runs, those
 * of new objects included. Writes nothing. `live` and `merged` hold values of
 * Secrets: show them through `diffObjects` only.
 *
 * @public
 */
export async function planObjects(
  options: PlanObjectsOptions,
): Promise<PlannedChange[]> {
  const plan = new Plan(options);
  return plan.make();
}

function asSent(object: KubernetesObject): PlannedChange {
  return {
    ...changeOf(refOf(object), 'created'),
    merged: object,
    recreate: false,
    takesOver: false,
  };
}

/** Of what cannot be named, which is why it failed, as much as there is. */
function namedChange(object: Partial<KubernetesObject> | undefined): Change {
  const { apiVersion, kind, metadata } = object ?? {};
  const { namespace, name } = metadata ?? {};
  const ref = {
    apiVersion: String(apiVersion ?? ''),
    kind: String(kind ?? ''),
    ...(namespace ? { namespace: String(namespace) } : {}),
    name: String(name ?? ''),
  };
  try {
    return changeOf(ref, 'created');
  } catch {
    return { ref, id: '', version: '', action: 'created' };
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
