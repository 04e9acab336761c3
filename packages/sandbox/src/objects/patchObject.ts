import {
  ApiError,
  applyConflict,
  badRequest,
  conflict,
  invalid,
  notFound,
  unexplained,
  unsupportedMediaType,
} from '../api/apiError';
import type { JsonObject, JsonValue } from '../json/value';
import { asString, at, isObject } from '../json/value';
import { conflictMessage } from '../managed-fields/conflictMessage';
import { trackApply } from '../managed-fields/fieldManager';
import { FieldConflicts } from '../managed-fields/updater';
import { joinProblems, typeProblems } from '../managed-fields/validate';
import { applyJsonPatch, JsonPatchError } from '../patch/jsonPatch';
import { applyMergePatch } from '../patch/mergePatch';
import { applyStrategicMergePatch } from '../patch/strategicMergePatch';
import { pruneUnknownFields } from '../kinds/prune';
import { readBytes } from './base64';
import { DecodeError, withDefaults } from './decode';
import type { ObjectWriter } from './objectWriter';
import { apiVersion, errorTarget } from './objectWriter';
import type { Patch, Target, WriteOptions } from './writeRequest';

/**
 * Patches an object in any of the four patch languages.
 *
 * @throws ApiError 400, 404, 409, 415, 422
 */
export function patchObject(
  writer: ObjectWriter,
  target: Target,
  patch: Patch,
  options: WriteOptions,
): { object: JsonObject; created: boolean } {
  if (patch.type === 'apply') {
    return applyObject(writer, target, patch.body, patch.force, options);
  }
  const live = writer.read(target);
  const patched = patchedObject(target, live, patch);
  if (!isObject(patched)) {
    throw badRequest('the patch does not leave an object');
  }
  // What the patch leaves alone is sent back as it is; only a patch that names
  // a resourceVersion makes it a precondition.
  const decoded = decodePatched(writer, target, patched, options);
  const object = writer.update(target, live, decoded, options);
  return { object, created: false };
}

function decodePatched(
  writer: ObjectWriter,
  target: Target,
  patched: JsonObject,
  options: WriteOptions,
): JsonObject {
  try {
    return writer.decode(target, patched, options);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    // The API server quotes the whole patched object here, Secrets included.
    const message = `patch: Invalid value: "{...}": ${error.problem}`;
    throw new ApiError({
      code: 422,
      reason: 'Invalid',
      message: ` "" is invalid: ${message}`,
      details: {
        causes: [
          {
            reason: 'FieldValueInvalid',
            message: `Invalid value: "{...}": ${error.problem}`,
            field: 'patch',
          },
        ],
      },
    });
  }
}

function patchedObject(
  target: Target,
  live: JsonObject,
  patch: Exclude<Patch, { type: 'apply' }>,
): JsonValue {
  switch (patch.type) {
    case 'json':
      try {
        return applyJsonPatch(live, patch.body);
      } catch (error) {
        if (error instanceof JsonPatchError) throw jsonPatchFailure(error);
        throw error;
      }
    case 'merge':
      if (!isObject(patch.body)) {
        throw badRequest('error decoding patch: the patch is not an object');
      }
      return applyMergePatch(live, patch.body);
    default:
      if (!target.version.node) {
        throw unsupportedMediaType(
          'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
        );
      }
      if (!isObject(patch.body)) {
        throw badRequest('error decoding patch: the patch is not an object');
      }
      return applyStrategicMergePatch(target.version.node, live, patch.body);
  }
}

function jsonPatchFailure(error: JsonPatchError): ApiError {
  return error.kind === 'malformed'
    ? badRequest(`error decoding patch: ${error.message}`)
    : new ApiError({
        code: 422,
        reason: 'Invalid',
        message:
          'the server rejected our request due to an error in our request',
        details: {},
      });
}

function applyObject(
  writer: ObjectWriter,
  target: Target,
  config: JsonObject,
  force: boolean,
  options: WriteOptions,
): { object: JsonObject; created: boolean } {
  checkConfiguration(target, config, options);
  const live = writer.find(target);
  checkLive(target, live, config);
  const request = writer.managerRequest(target, options);
  let applied: JsonObject;
  try {
    applied = trackApply(request, live, withNames(target, config), force);
  } catch (error) {
    if (error instanceof FieldConflicts) throw toApiError(error);
    throw error;
  }
  const next = normalized(target, applied);
  if (!live) {
    return {
      object: writer.insert(target, next, options),
      created: true,
    };
  }
  return {
    object: writer.finish(target, live, next, options),
    created: false,
  };
}

/** The merged object as the kind's types write it. */
function normalized(target: Target, applied: JsonObject): JsonObject {
  const { object } = pruneUnknownFields(target.version, applied);
  const illegal = readBytes(object);
  if (illegal) {
    const { resource, version } = target;
    const kind = `${resource.group}/${version.name}, Kind=${resource.kind}`;
    throw unexplained(
      `failed to convert new object (${target.namespace}/${target.name}; ${kind}) to proper version: unable to convert unstructured object to ${kind}: error decoding from json: ${illegal}`,
    );
  }
  return withDefaults(target, object);
}

function checkConfiguration(
  target: Target,
  config: JsonObject,
  options: WriteOptions,
): void {
  if (!options.fieldManager) {
    throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions', name: '' }, [
      {
        reason: 'FieldValueRequired',
        field: 'fieldManager',
        message: 'Required value: is required for apply patch',
      },
    ]);
  }
  const expected = apiVersion(target);
  if (!config.apiVersion && !config.kind) {
    throw badRequest('invalid object type: /, Kind=');
  }
  if (config.apiVersion !== expected) {
    throw badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${String(config.apiVersion ?? '')}, expected: ${expected}`,
    );
  }
  if (config.kind !== target.resource.kind) {
    throw badRequest(
      `the kind in the data (${String(config.kind ?? '')}) does not match the expected kind (${target.resource.kind})`,
    );
  }
  if (at(config, 'metadata', 'managedFields') !== undefined) {
    throw badRequest('metadata.managedFields must be nil');
  }
  const name = asString(at(config, 'metadata', 'name'));
  if (name !== undefined && name !== target.name) {
    throw badRequest(
      `the name of the object (${name}) does not match the name on the URL (${target.name})`,
    );
  }
  const namespace = asString(at(config, 'metadata', 'namespace'));
  if (namespace && namespace !== target.namespace) {
    throw badRequest(
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  }
  const problems = typeProblems(target.version.type, config, {
    allowDuplicates: false,
  });
  if (problems.length > 0) {
    const { resource, version } = target;
    throw unexplained(
      `failed to create typed patch object (${namespace ?? ''}/${target.name}; ${resource.group}/${version.name}, Kind=${resource.kind}): ${joinProblems(problems)}`,
    );
  }
}

function checkLive(
  target: Target,
  live: JsonObject | undefined,
  config: JsonObject,
): void {
  const uid = asString(at(config, 'metadata', 'uid'));
  if (!live && uid) {
    throw conflict(
      errorTarget(target),
      `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
    );
  }
  if (!live && target.subresource) throw notFound(errorTarget(target));
  if (!live && asString(at(config, 'metadata', 'resourceVersion'))) {
    throw notFound(errorTarget(target));
  }
}

/** The name and namespace of the URL, which a configuration may leave out. */
function withNames(target: Target, config: JsonObject): JsonObject {
  const metadata: JsonObject = {
    ...(isObject(config.metadata) ? config.metadata : {}),
    name: target.name,
  };
  if (target.resource.namespaced) metadata.namespace = target.namespace;
  return { ...config, metadata };
}

function toApiError(error: FieldConflicts): ApiError {
  const { message, causes } = conflictMessage(error.conflicts);
  return applyConflict(
    message,
    causes.map(cause => ({ ...cause })),
  );
}
