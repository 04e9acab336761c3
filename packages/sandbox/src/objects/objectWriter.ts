import {
  alreadyExists,
  badRequest,
  conflict,
  invalid,
  notFound,
  STALE_OBJECT,
  unexplained,
} from '../api/apiError';
import type { JsonObject, JsonValue } from '../json/value';
import { asArray, asObject, asString, at, clone, equal } from '../json/value';
import { apiVersionOf, inVersion, storedApiVersion } from '../kinds/resource';
import type { AdmissionRequest } from '../admission/admission';
import { applyLimitRanges } from '../admission/limitRanges';
import { checkQuotas } from '../admission/quotas';
import { SchemaRules } from '../cel/schemaRules';
import { schemaProblems, uncheckedRules } from '../kinds/schemaValidation';
import { trackUpdate } from '../managed-fields/fieldManager';
import { emptyObject } from '../protobuf/decode';
import type { ObjectKey, ObjectStore } from '../storage/objectStore';
import { decodeObject } from './decode';
import { deleteObject } from './deleteObject';
import { kindProblems } from './kindRules';
import { metadataProblems } from './metadataRules';
import { checkNamespace } from './namespaceRules';
import { patchObject } from './patchObject';
import { prepareCreate, prepareUpdate } from './prepare';
import type { AddressAllocator } from './serviceAddresses';
import { allocateServiceFields } from './serviceAddresses';
import { checkStoredSize } from './storedSize';
import { fieldVersionsOf } from './resourceFields';
import type {
  DeleteOptions,
  Patch,
  Target,
  WriteOptions,
} from './writeRequest';

/** What the writer needs. */
export interface ObjectWriterOptions {
  store: ObjectStore;
  addresses: AddressAllocator;
  now(): Date;
  randomUuid(): string;
  /** Five characters for generated names. */
  randomSuffix(): string;
}

/** Time as the API writes it: whole seconds. */
export function apiTime(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/**
 * All writes of the API, for clients and controllers alike: decoding,
 * ownership of fields, preparation, validation, storage, in the order of the
 * API server's generic registry (Kubernetes 1.34).
 */
export class ObjectWriter {
  readonly store: ObjectStore;
  readonly options: ObjectWriterOptions;
  private readonly rules = new SchemaRules();

  constructor(options: ObjectWriterOptions) {
    this.options = options;
    this.store = options.store;
  }

  /** Where an object is kept. */
  key(target: Target): ObjectKey {
    return {
      storage: target.resource.storage,
      namespace: target.namespace,
      name: target.name,
    };
  }

  /** The stored object in the version of the request. @throws ApiError 404 */
  read(target: Target): JsonObject {
    const object = this.find(target);
    if (!object) throw notFound(errorTarget(target));
    return object;
  }

  /** As `read`; undefined when there is none. */
  find(target: Target): JsonObject | undefined {
    const object = this.store.get(this.key(target));
    return object && inVersion(target.resource, object, apiVersion(target));
  }

  /** Creates an object. @throws ApiError 400, 403, 404, 409, 422 */
  create(
    collection: Target,
    sent: JsonObject,
    options: WriteOptions,
  ): JsonObject {
    const decoded = this.decode(collection, sent, options);
    if (asString(at(decoded, 'metadata', 'resourceVersion'))) {
      throw unexplained(
        'resourceVersion should not be set on objects to be created',
      );
    }
    const { named, target } = this.named(collection, decoded, options);
    const tracked = trackUpdate(
      this.managerRequest(target, options),
      undefined,
      named,
    );
    return this.insert(target, tracked, options);
  }

  /** Stores a new object whose fields have their owners. */
  insert(asked: Target, sent: JsonObject, options: WriteOptions): JsonObject {
    checkNamespace(this.store, asked);
    const { admission } = options;
    const limited = applyLimitRanges(this.store, asked, sent);
    const object = admission
      ? admission.mutate(admissionOf(asked, 'CREATE', options, limited))
      : limited;
    // A webhook may name the object.
    const name = asString(at(object, 'metadata', 'name')) ?? asked.name;
    const target = { ...asked, name };
    const prepared = prepareCreate(target, object, {
      uid: admission?.identity.uid ?? this.options.randomUuid(),
      now: this.timeOf(options),
    });
    allocateServiceFields(prepared, undefined, this.options.addresses);
    this.validate(target, prepared, undefined);
    admission?.validate(admissionOf(target, 'CREATE', options, prepared));
    checkQuotas(this.store, target, prepared, undefined);
    if (this.find(target)) throw alreadyExists(errorTarget(target));
    return this.save(target, prepared, options.dryRun);
  }

  /** Replaces an object. @throws ApiError 400, 404, 409, 422 */
  replace(target: Target, sent: JsonObject, options: WriteOptions): JsonObject {
    checkName(target, sent);
    const live = this.read(target);
    const next = this.decode(target, sent, options);
    const uid = asString(at(next, 'metadata', 'uid'));
    const liveUid = asString(at(live, 'metadata', 'uid'));
    if (uid && uid !== liveUid) {
      throw conflict(
        errorTarget(target),
        `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${liveUid}`,
      );
    }
    if (
      target.resource.custom &&
      !asString(at(next, 'metadata', 'resourceVersion'))
    ) {
      throw invalid(invalidTarget(target), [
        {
          reason: 'FieldValueInvalid',
          field: 'metadata.resourceVersion',
          message: 'Invalid value: 0: must be specified for an update',
        },
      ]);
    }
    return this.update(target, live, next, options);
  }

  /** Patches an object, or with an apply creates it. */
  patch(
    target: Target,
    patch: Patch,
    options: WriteOptions,
  ): { object: JsonObject; created: boolean } {
    return patchObject(this, target, patch, options);
  }

  /** Deletes an object; see {@link deleteObject}. */
  delete(
    target: Target,
    options: DeleteOptions,
  ): { object: JsonObject; removed: boolean } {
    return deleteObject(this, target, options);
  }

  /** Completes an update whose new state is known: owners, preparation, validation, storage. */
  update(
    target: Target,
    live: JsonObject,
    next: JsonObject,
    options: WriteOptions,
  ): JsonObject {
    this.checkVersion(target, live, next);
    // As the API server, which does not track scaling of custom resources.
    const isTracked = !(
      target.resource.custom && target.subresource === 'scale'
    );
    const tracked = isTracked
      ? trackUpdate(this.managerRequest(target, options), live, next)
      : next;
    return this.finish(target, live, tracked, options);
  }

  /** Stores an update whose fields have their owners. */
  finish(
    target: Target,
    live: JsonObject,
    next: JsonObject,
    options: WriteOptions,
  ): JsonObject {
    this.checkVersion(target, live, next);
    const { admission, dryRun } = options;
    const admitted = admission
      ? admission.mutate(admissionOf(target, 'UPDATE', options, next, live))
      : next;
    const updated = prepareUpdate(target, live, admitted);
    allocateServiceFields(updated, live, this.options.addresses);
    const prepared = keepTimes(live, updated);
    this.validate(target, prepared, live);
    admission?.validate(admissionOf(target, 'UPDATE', options, prepared, live));
    checkQuotas(this.store, target, prepared, live);
    if (equal(withoutRevision(prepared), withoutRevision(live))) return live;
    const metadata = asObject(prepared.metadata);
    const isGone =
      metadata.deletionTimestamp !== undefined &&
      asArray(metadata.finalizers).length === 0 &&
      target.resource.kind !== 'Namespace';
    if (isGone) {
      if (dryRun) return prepared;
      return this.store.remove(
        this.key(target),
        this.toStorage(target, prepared),
      )!;
    }
    return this.save(target, prepared, dryRun);
  }

  /** Decodes what a client sent, in the version of the request. */
  decode(
    target: Target,
    sent: JsonObject,
    options: Pick<WriteOptions, 'fieldValidation' | 'warn'>,
  ): JsonObject {
    const decoded = uniqueOwners(
      decodeObject(target, clone(sent), options),
      options.warn,
    );
    checkName(target, decoded);
    if (!target.resource.namespaced) return decoded;
    const metadata = asObject(decoded.metadata);
    const namespace = asString(metadata.namespace);
    if (namespace && namespace !== target.namespace) {
      throw badRequest(
        `the namespace of the provided object does not match the namespace sent on the request`,
      );
    }
    return {
      ...decoded,
      metadata: { ...metadata, namespace: target.namespace },
    };
  }

  /** Who writes what, for field management. */
  managerRequest(
    target: Target,
    options: Pick<WriteOptions, 'fieldManager' | 'admission'>,
  ) {
    return {
      manager: options.fieldManager,
      apiVersion: apiVersion(target),
      subresource: target.subresource,
      versions: fieldVersionsOf(target.resource, target.subresource),
      now: this.timeOf(options),
      empty: target.resource.custom
        ? {}
        : emptyObject(apiVersion(target), target.resource.kind),
    };
  }

  /** Stores an object, or gives it back unstored for a dry run. */
  save(target: Target, object: JsonObject, dryRun: boolean): JsonObject {
    if (dryRun) return object;
    checkStoredSize(object);
    const stored = this.store.put(
      this.key(target),
      this.toStorage(target, object),
    );
    return inVersion(target.resource, stored, apiVersion(target));
  }

  private toStorage({ resource }: Target, object: JsonObject): JsonObject {
    return inVersion(resource, object, storedApiVersion(resource));
  }

  /** The time of a write; the same one when it is tried again. */
  private timeOf({ admission }: Pick<WriteOptions, 'admission'>): string {
    return admission?.identity.now ?? apiTime(this.options.now());
  }

  private named(
    collection: Target,
    object: JsonObject,
    { admission }: WriteOptions,
  ): { named: JsonObject; target: Target } {
    const metadata = asObject(object.metadata);
    const prefix = asString(metadata.generateName);
    const name =
      asString(metadata.name) ??
      (prefix
        ? prefix.slice(0, 58) +
          (admission?.identity.suffix ?? this.options.randomSuffix())
        : '');
    return {
      named: name ? { ...object, metadata: { ...metadata, name } } : object,
      target: { ...collection, name },
    };
  }

  private checkVersion(
    target: Target,
    live: JsonObject,
    next: JsonObject,
  ): void {
    const sent = asString(at(next, 'metadata', 'resourceVersion'));
    if (sent && sent !== at(live, 'metadata', 'resourceVersion')) {
      throw conflict(errorTarget(target), STALE_OBJECT);
    }
    const uid = asString(at(next, 'metadata', 'uid'));
    if (uid && uid !== at(live, 'metadata', 'uid')) {
      throw invalid(invalidTarget(target), [
        {
          reason: 'FieldValueInvalid',
          field: 'metadata.uid',
          message: `Invalid value: ${JSON.stringify(uid)}: field is immutable`,
        },
      ]);
    }
  }

  private validate(
    target: Target,
    object: JsonObject,
    live: JsonObject | undefined,
  ): void {
    const { schema } = target.version;
    const problems = metadataProblems(target.resource, object, live);
    if (schema) {
      problems.push(...schemaProblems(schema, object, live));
      const unchecked = uncheckedRules(problems);
      problems.push(
        ...(unchecked
          ? [unchecked]
          : this.rules.problems(schema, object, live)),
      );
    } else {
      problems.push(...kindProblems(object, live));
    }
    if (problems.length > 0) throw invalid(invalidTarget(target), problems);
  }
}

function admissionOf(
  target: Target,
  operation: 'CREATE' | 'UPDATE',
  { dryRun, requestOptions }: WriteOptions,
  object: JsonObject,
  oldObject?: JsonObject,
): AdmissionRequest {
  // A patch counts as the creation or the update that it amounts to.
  const { force: _force, ...rest } = requestOptions ?? {};
  const kind = operation === 'CREATE' ? 'CreateOptions' : 'UpdateOptions';
  const options = { ...rest, kind };
  return { target, operation, object, oldObject, dryRun, options };
}

/** Owner references that are there twice are kept once. */
function uniqueOwners(
  object: JsonObject,
  warn: (message: string) => void,
): JsonObject {
  const metadata = asObject(object.metadata);
  const owners = asArray(metadata.ownerReferences);
  if (owners.length < 2) return object;
  const isFirst = (owner: JsonValue, index: number) =>
    owners.findIndex(other => equal(other, owner)) === index;
  const ownerReferences = owners.filter(isFirst);
  if (ownerReferences.length === owners.length) return object;
  const twice = owners
    .filter((owner, index) => !isFirst(owner, index))
    .map(owner => String(asObject(owner).uid));
  warn(
    `.metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${[...new Set(twice)].join(', ')}`,
  );
  return { ...object, metadata: { ...metadata, ownerReferences } };
}

/** A name in the body must be that of the URL, where that has one. @throws ApiError 400 */
function checkName(target: Target, object: JsonObject): void {
  const name = asString(at(object, 'metadata', 'name'));
  if (!target.name || name === undefined || name === target.name) return;
  throw badRequest(
    `the name of the object (${name}) does not match the name on the URL (${target.name})`,
  );
}

/** What errors call the object. */
export function errorTarget({ resource, name }: Target) {
  return { group: resource.group, resource: resource.plural, name };
}

function invalidTarget({ resource, name }: Target) {
  return { group: resource.group, kind: resource.kind, name };
}

/** The `apiVersion` of a request. */
export function apiVersion({ resource, version }: Target): string {
  return apiVersionOf(resource.group, version.name);
}

function withoutRevision(object: JsonObject): JsonObject {
  const metadata = { ...asObject(object.metadata) };
  delete metadata.resourceVersion;
  return { ...object, metadata };
}

/** A write that changes nothing but times of managed fields changes nothing. */
function keepTimes(live: JsonObject, next: JsonObject): JsonObject {
  const strip = (object: JsonObject): JsonObject => {
    const metadata = { ...asObject(object.metadata) };
    delete metadata.resourceVersion;
    metadata.managedFields = asArray(metadata.managedFields).map(entry => {
      const { time, ...rest } = asObject(entry);
      return rest;
    });
    return { ...object, metadata };
  };
  return equal(strip(live), strip(next)) ? live : next;
}
