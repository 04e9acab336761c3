import {
  KubernetesApiError,
  mapConcurrent,
  subjectOf,
  takeOverFields,
} from '@backstage-gitops/kubernetes-apply';
import type { ClusterClient } from '@backstage-gitops/kubernetes-apply';
import { schemaOf } from '@backstage-gitops/kubernetes-schema';
import type {
  JsonObject,
  KubernetesObject,
} from '@backstage-gitops/kubernetes-yaml';
import { ActionError } from './ActionError';
import { ClusterObject, hasGeneratedName } from './ClusterObject';
import { mergePatchOf } from './mergePatch';
import { RESOURCE_POLICY } from './ownership';
import { threeWayMerge } from './threeWayMerge';

/** How objects are written. */
export interface WriteSettings {
  client: ClusterClient;
  fieldManager: string;
  /** By the server, or by the client as in Helm 3. */
  serverSide: boolean;
  /** Takes fields of others over; by the server only. */
  forceConflicts?: boolean;
  /** What becomes of unknown and repeated fields; by the server only. Default Strict. */
  fieldValidation?: 'Strict' | 'Ignore';
  signal?: AbortSignal;
}

/** How existing objects are changed. */
export interface UpdateSettings extends WriteSettings {
  /** Replaces objects as a whole; not by the server. */
  forceReplace?: boolean;
  /** Fields that the client wrote before become ours to apply. */
  takeOverClientSide?: boolean;
  /** Corrects what others changed in objects of kinds without a schema, too. */
  mergesUnstructured?: boolean;
}

/** What an update did. */
export interface UpdateResult {
  created: ClusterObject[];
  updated: ClusterObject[];
  deleted: ClusterObject[];
}

/** Objects of one kind are written at the same time; so many at once. */
const CONCURRENT = 8;
/** Writes after a conflict, as often as Helm tries. */
const ATTEMPTS = 5;

/**
 * Creates objects, those of one kind after those of the kind before. All are
 * tried, whatever becomes of others of their kind.
 *
 * @throws ActionError `apply-failed`
 */
export async function createObjects(
  objects: readonly ClusterObject[],
  settings: WriteSettings,
): Promise<void> {
  for (const batch of ofOneKind(objects)) {
    await forAll(batch, object => createObject(object, settings));
  }
}

/**
 * Brings a release from its objects to others: creates what is missing, changes
 * what is there, and deletes what is left over, in this order. An object that
 * cannot be changed keeps the others from being deleted, not from being changed.
 *
 * @param onCreated - told before an object is created
 * @throws ActionError `apply-failed`
 */
export async function updateObjects(
  original: readonly ClusterObject[],
  target: readonly ClusterObject[],
  settings: UpdateSettings & { onCreate?: (object: ClusterObject) => void },
): Promise<UpdateResult> {
  const { client, signal } = settings;
  const before = new Map(original.map(object => [object.key, object]));
  const wanted = new Set(target.map(({ key }) => key));
  const result: UpdateResult = { created: [], updated: [], deleted: [] };
  const failures: unknown[] = [];
  for (const object of target) {
    const live = hasGeneratedName(object)
      ? undefined
      : await client.get<KubernetesObject>(object.ref, { signal });
    if (!live) {
      result.created.push(object);
      settings.onCreate?.(object);
      await createObject(object, settings);
      continue;
    }
    try {
      // One that was not in the release before has lost no field since.
      const known = before.get(object.key)?.object ?? object.object;
      await updateObject(object, known, live, settings);
    } catch (error) {
      signal?.throwIfAborted();
      failures.push(error);
    }
    result.updated.push(object);
  }
  throwAll(failures, ' && ');
  for (const object of original) {
    if (!wanted.has(object.key) && (await isOursToDelete(object, settings))) {
      try {
        await deleteObject(object, 'Background', settings);
        result.deleted.push(object);
      } catch (error) {
        signal?.throwIfAborted();
        failures.push(error);
      }
    }
  }
  throwAll(failures, ' && ');
  return result;
}

/**
 * Deletes objects, those of one kind after those of the kind before; all are
 * tried.
 *
 * @throws ActionError `apply-failed`
 */
export async function deleteObjects(
  objects: readonly ClusterObject[],
  settings: Pick<WriteSettings, 'client' | 'signal'> & {
    propagation?: Propagation;
  },
): Promise<void> {
  const { propagation = 'Background' } = settings;
  for (const batch of ofOneKind(objects)) {
    await forAll(batch, object => deleteObject(object, propagation, settings));
  }
}

/** What becomes of the objects that belong to a deleted one. */
export type Propagation = 'Background' | 'Foreground' | 'Orphan';

async function createObject(
  object: ClusterObject,
  settings: WriteSettings,
): Promise<void> {
  const { client, fieldManager, signal } = settings;
  if (settings.serverSide && !hasGeneratedName(object)) {
    await applyObject(object, settings);
    return;
  }
  await retried(() => client.create(object.object, { fieldManager, signal }));
}

function applyObject(
  { object }: ClusterObject,
  settings: WriteSettings,
): Promise<unknown> {
  const { client, fieldManager, forceConflicts, signal } = settings;
  const { fieldValidation = 'Strict' } = settings;
  return retried(() =>
    client.apply(object, {
      fieldManager,
      fieldValidation,
      force: forceConflicts,
      signal,
    }),
  );
}

async function updateObject(
  target: ClusterObject,
  original: KubernetesObject,
  live: KubernetesObject,
  settings: UpdateSettings,
): Promise<void> {
  const { client, fieldManager, signal } = settings;
  if (settings.forceReplace) {
    const { resourceVersion } = live.metadata;
    const metadata = { ...target.object.metadata, resourceVersion };
    await client.replace(
      { ...target.object, metadata },
      { fieldManager, signal },
    );
    return;
  }
  if (settings.serverSide) {
    if (settings.takeOverClientSide) {
      await takeOver(target, live, settings);
    }
    await applyObject(target, settings);
    return;
  }
  for (let attempt = 1; ; attempt++) {
    const now =
      attempt === 1
        ? live
        : ((await client.get<KubernetesObject>(target.ref, { signal })) ??
          live);
    const patch = clientSidePatch(original, target.object, now, settings);
    if (!patch) return;
    try {
      await client.patch(target.ref, {
        type: 'merge',
        body: withVersionOf(patch, now),
        fieldManager,
        signal,
      });
      return;
    } catch (error) {
      if (!isConflict(error) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** From the live object to what the client makes of it. */
function clientSidePatch(
  original: KubernetesObject,
  target: KubernetesObject,
  live: KubernetesObject,
  settings: UpdateSettings,
): JsonObject | undefined {
  const schema = schemaOf(target.apiVersion, target.kind);
  if (schema === undefined && !settings.mergesUnstructured) {
    // As Helm does: what changed in the manifest, and nothing else.
    return mergePatchOf(json(original), json(target));
  }
  return mergePatchOf(
    json(live),
    threeWayMerge(json(original), json(target), json(live), schema),
  );
}

/** A list in a merge patch is written whole: nobody may have changed it since. */
function withVersionOf(patch: JsonObject, live: KubernetesObject): JsonObject {
  const { resourceVersion } = live.metadata;
  const metadata = patch.metadata as JsonObject | undefined;
  return resourceVersion
    ? { ...patch, metadata: { ...metadata, resourceVersion } }
    : patch;
}

/** Makes fields ours to apply that the client wrote under our name before. */
async function takeOver(
  { ref }: ClusterObject,
  live: KubernetesObject,
  { client, fieldManager, signal }: UpdateSettings,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const now =
      attempt === 1
        ? live
        : await client.get<KubernetesObject>(ref, { signal });
    const patch = now && takeOverFields(now, fieldManager);
    if (!patch) return;
    try {
      await client.patch(ref, {
        type: 'json',
        body: patch,
        fieldManager,
        signal,
      });
      return;
    } catch (error) {
      if (!isConflict(error) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Deleting is the manifest's wish, and the live object may forbid it. */
async function isOursToDelete(
  { ref }: ClusterObject,
  { client, signal }: WriteSettings,
): Promise<boolean> {
  const live = await client.get<KubernetesObject>(ref, {
    metadataOnly: true,
    signal,
  });
  return (
    live !== undefined &&
    live.metadata.annotations?.[RESOURCE_POLICY] !== 'keep'
  );
}

async function deleteObject(
  { ref }: ClusterObject,
  propagationPolicy: Propagation,
  { client, signal }: Pick<WriteSettings, 'client' | 'signal'>,
): Promise<void> {
  try {
    await retried(() => client.delete(ref, { propagationPolicy, signal }));
  } catch (error) {
    signal?.throwIfAborted();
    throw failure(
      `failed to delete ${subjectOf(ref)}: ${(error as Error).message}`,
      error,
    );
  }
}

/** A quota that two requests count at once is a conflict that passes. */
async function retried<T>(write: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await write();
    } catch (error) {
      if (!isQuotaConflict(error) || attempt === ATTEMPTS) throw error;
    }
  }
}

async function forAll(
  objects: readonly ClusterObject[],
  write: (object: ClusterObject) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  await mapConcurrent(objects, CONCURRENT, async object => {
    try {
      await write(object);
    } catch (error) {
      failures.push(error);
    }
  });
  throwAll(failures, '\n');
}

function throwAll(failures: readonly unknown[], separator: string): void {
  if (failures.length > 0) {
    const [first] = failures;
    throw failures.length === 1 && first instanceof ActionError
      ? first
      : failure(
          failures.map(error => (error as Error).message).join(separator),
          first,
        );
  }
}

function failure(message: string, cause: unknown): ActionError {
  return new ActionError('apply-failed', message, { cause });
}

function isConflict(error: unknown): boolean {
  return error instanceof KubernetesApiError && error.code === 'conflict';
}

function isQuotaConflict(error: unknown): boolean {
  return (
    isConflict(error) &&
    (error as KubernetesApiError).apiMessage.includes(
      'Operation cannot be fulfilled on resourcequotas',
    )
  );
}

function json(object: KubernetesObject): JsonObject {
  return object as unknown as JsonObject;
}

function ofOneKind(objects: readonly ClusterObject[]): ClusterObject[][] {
  const batches: ClusterObject[][] = [];
  for (const object of objects) {
    const last = batches.at(-1);
    if (last && last[0].ref.kind === object.ref.kind) last.push(object);
    else batches.push([object]);
  }
  return batches;
}
