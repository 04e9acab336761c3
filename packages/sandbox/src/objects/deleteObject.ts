import { conflict, forbidden } from '../api/apiError';
import type { JsonObject } from '../json/value';
import { asArray, asObject, asString } from '../json/value';
import { isImmortalNamespace } from './namespaceRules';
import type { ObjectWriter } from './objectWriter';
import { apiTime, errorTarget } from './objectWriter';
import type { DeleteOptions, Target } from './writeRequest';

/** Holds a definition until its objects are gone. */
export const DEFINITION_FINALIZER =
  'customresourcecleanup.apiextensions.k8s.io';
/** Holds an object until its dependents are gone. */
export const FOREGROUND_FINALIZER = 'foregroundDeletion';
/** Holds an object until its dependents are released. */
export const ORPHAN_FINALIZER = 'orphan';

/**
 * Deletes an object: at once, or by a deletion timestamp where finalizers hold
 * it (apiserver 0.34, `registry/generic`).
 *
 * @throws ApiError 403, 404, 409
 */
export function deleteObject(
  writer: ObjectWriter,
  target: Target,
  options: DeleteOptions,
): { object: JsonObject; removed: boolean } {
  const live = writer.read(target);
  const metadata = asObject(live.metadata);
  checkPreconditions(target, metadata, options);
  options.admission?.validate({
    target,
    operation: 'DELETE',
    oldObject: live,
    dryRun: options.dryRun,
    options: options.requestOptions ?? {},
  });
  const isNamespace =
    target.resource.kind === 'Namespace' && target.resource.group === '';
  if (isNamespace && isImmortalNamespace(target.name)) {
    throw forbidden(errorTarget(target), 'this namespace may not be deleted');
  }
  const finalizers = finalizersFor(target, metadata, options);
  if (finalizers.length === 0 && !isNamespace) {
    if (options.dryRun) return { object: live, removed: true };
    return { object: writer.store.remove(writer.key(target))!, removed: true };
  }
  return {
    object: markDeleted(writer, target, live, finalizers, options.dryRun),
    removed: false,
  };
}

function checkPreconditions(
  target: Target,
  metadata: JsonObject,
  { preconditions }: DeleteOptions,
): void {
  const byKind = { ...errorTarget(target), resource: target.resource.kind };
  const { uid, resourceVersion } = preconditions ?? {};
  if (uid && uid !== metadata.uid) {
    throw conflict(
      byKind,
      `the UID in the precondition (${uid}) does not match the UID in record (${asString(metadata.uid)}). The object might have been deleted and then recreated`,
    );
  }
  if (resourceVersion && resourceVersion !== metadata.resourceVersion) {
    throw conflict(
      byKind,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${asString(metadata.resourceVersion)}). The object might have been modified`,
    );
  }
}

function finalizersFor(
  target: Target,
  metadata: JsonObject,
  { propagationPolicy }: DeleteOptions,
): string[] {
  const current = asArray(metadata.finalizers).map(String);
  const isDefinition =
    target.resource.kind === 'CustomResourceDefinition' &&
    !target.resource.custom;
  if (isDefinition && !current.includes(DEFINITION_FINALIZER)) {
    current.push(DEFINITION_FINALIZER);
  }
  if (propagationPolicy === undefined) return current;
  const others = current.filter(
    name => name !== FOREGROUND_FINALIZER && name !== ORPHAN_FINALIZER,
  );
  if (propagationPolicy === 'Foreground') {
    return [...others, FOREGROUND_FINALIZER];
  }
  return propagationPolicy === 'Orphan'
    ? [...others, ORPHAN_FINALIZER]
    : others;
}

function markDeleted(
  writer: ObjectWriter,
  target: Target,
  live: JsonObject,
  finalizers: string[],
  dryRun: boolean,
): JsonObject {
  const metadata: JsonObject = { ...asObject(live.metadata) };
  if (finalizers.length > 0) metadata.finalizers = finalizers;
  else delete metadata.finalizers;
  const next: JsonObject = { ...live, metadata };
  const isNew = metadata.deletionTimestamp === undefined;
  if (isNew) {
    metadata.deletionTimestamp = apiTime(writer.options.now());
    // Both are deleted by code of their own in the API server.
    const isSpecial =
      !target.resource.custom &&
      ['CustomResourceDefinition', 'Namespace'].includes(target.resource.kind);
    if (!isSpecial) {
      metadata.deletionGracePeriodSeconds = 0;
      if (metadata.generation !== undefined) {
        metadata.generation = Number(metadata.generation) + 1;
      }
    }
    if (target.resource.kind === 'Namespace') {
      next.status = { ...asObject(live.status), phase: 'Terminating' };
    }
  }
  const unchanged =
    !isNew &&
    asArray(asObject(live.metadata).finalizers).join() === finalizers.join();
  return unchanged ? live : writer.save(target, next, dryRun);
}
