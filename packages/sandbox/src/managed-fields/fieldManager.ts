import { parseJson, stringifyJson } from '@backstage-gitops/kubernetes-yaml';
import type { JsonObject, JsonValue } from '../json/value';
import {
  asObject,
  asString,
  at,
  clone,
  ensureObject,
  equal,
  isObject,
} from '../json/value';
import { capUpdateManagers } from './capManagers';
import { compareFields } from './compare';
import type { ManagedEntries } from './entries';
import { decodeEntries, encodeEntries, managerId, noEntries } from './entries';
import { FieldSet } from './fieldSet';
import { fieldSetOf } from './fieldSetOf';
import type { FieldVersions, OwnedFields } from './updater';
import { typeProblems } from './validate';
import { applyConfiguration, FieldConflicts, updateOwners } from './updater';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

// Never owned by anyone (apimachinery 0.34, `stripmeta.go`).
const STRIPPED = FieldSet.of(
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map(name => ['f:metadata', `f:${name}`]),
);

/** Who changes what, through which endpoint, and when. */
export interface FieldManagerRequest {
  readonly manager: string;
  readonly apiVersion: string;
  readonly subresource?: string;
  readonly versions: FieldVersions;
  readonly now: string;
  /** What a new object of the kind is compared with. */
  readonly empty: JsonObject;
}

/**
 * Writes `metadata.managedFields` of an object that was created, replaced or
 * patched (apimachinery 0.34, `managedfields`).
 */
export function trackUpdate(
  request: FieldManagerRequest,
  live: JsonObject | undefined,
  next: JsonObject,
): JsonObject {
  const sent = at(next, 'metadata', 'managedFields');
  if (!request.subresource && isReset(sent)) {
    return withEntries(next, noEntriesTracked(request, live, next));
  }
  const entries = entriesToStartFrom(request, live, sent);
  if (entries.managers.size === 0 && at(live, 'metadata', 'uid')) {
    // Ownership was never tracked; it starts with the first apply.
    return withEntries(next, entries);
  }
  return withEntries(next, updateEntries(request, live, next, entries));
}

/**
 * Applies a configuration to an object.
 *
 * @throws {@link FieldConflicts} unless forced
 */
export function trackApply(
  request: FieldManagerRequest,
  live: JsonObject | undefined,
  config: JsonObject,
  force: boolean,
): JsonObject {
  const attempt = (forced: boolean) => apply(request, live, config, forced);
  let result: JsonObject;
  try {
    result = attempt(force);
  } catch (error) {
    if (!(error instanceof FieldConflicts) || request.manager !== 'kubectl') {
      throw error;
    }
    const allowed = fieldsOfLastApplied(request, live);
    const remaining = error.conflicts.filter(
      conflict => !allowed?.has(conflict.path),
    );
    if (remaining.length > 0) throw new FieldConflicts(remaining);
    result = attempt(true);
  }
  if (request.manager === 'kubectl' && lastApplied(result)) {
    const copy = clone(config);
    const annotations = at(copy, 'metadata', 'annotations');
    if (isObject(annotations)) delete annotations[LAST_APPLIED];
    ensureObject(result, 'metadata', 'annotations')[LAST_APPLIED] =
      `${stringifyJson(copy, { sortKeys: true })}\n`;
  }
  return result;
}

function apply(
  request: FieldManagerRequest,
  live: JsonObject | undefined,
  config: JsonObject,
  force: boolean,
): JsonObject {
  let entries =
    decodeEntries(at(live, 'metadata', 'managedFields')) ?? noEntries();
  const before = withoutEntries(live ?? {});
  if (entries.managers.size === 0 && live) {
    entries = updateEntries(
      { ...request, manager: 'before-first-apply' },
      undefined,
      before,
      entries,
    );
  }
  const id = managerId({
    manager: request.manager,
    operation: 'Apply',
    subresource: request.subresource,
  });
  const { next, managers } = applyConfiguration({
    live: before,
    config,
    force,
    apiVersion: request.apiVersion,
    managers: entries.managers,
    manager: id,
    versions: request.versions,
  });
  const times = new Map(entries.times);
  if (next) times.set(id, request.now);
  return withEntries(clone(next ?? before), {
    managers: stripMeta(managers, id),
    times,
  });
}

function updateEntries(
  request: FieldManagerRequest,
  live: JsonObject | undefined,
  next: JsonObject,
  entries: ManagedEntries,
): ManagedEntries {
  const current = 'current-operation';
  const id = managerId({
    manager: request.manager || 'unknown',
    operation: 'Update',
    apiVersion: request.apiVersion,
    subresource: request.subresource,
  });
  const owners = stripMeta(
    updateOwners({
      live: live ? withoutEntries(live) : request.empty,
      next: withoutEntries(next),
      apiVersion: request.apiVersion,
      managers: entries.managers,
      manager: current,
      versions: request.versions,
    }),
    current,
  );
  const managers = new Map<string, OwnedFields>(owners);
  const times = new Map(entries.times);
  const taken = managers.get(current);
  if (taken) {
    managers.delete(current);
    const previous = managers.get(id);
    managers.set(
      id,
      previous ? { ...taken, set: taken.set.union(previous.set) } : taken,
    );
    times.set(id, request.now);
  }
  return capUpdateManagers({ managers, times });
}

function stripMeta(
  managers: ReadonlyMap<string, OwnedFields>,
  id: string,
): ReadonlyMap<string, OwnedFields> {
  const owned = managers.get(id);
  if (!owned) return managers;
  const set = owned.set.difference(STRIPPED);
  const result = new Map(managers);
  if (set.isEmpty()) result.delete(id);
  else result.set(id, { ...owned, set });
  return result;
}

// Clients that do not know managedFields leave them out; that does not delete
// them. An empty list, or one empty entry, does.
function isReset(sent: JsonValue | undefined): boolean {
  if (!Array.isArray(sent)) return false;
  return sent.length === 0 || (sent.length === 1 && equal(sent[0], {}));
}

function noEntriesTracked(
  request: FieldManagerRequest,
  live: JsonObject | undefined,
  next: JsonObject,
): ManagedEntries {
  return at(live, 'metadata', 'uid')
    ? noEntries()
    : updateEntries(request, live, next, noEntries());
}

function entriesToStartFrom(
  request: FieldManagerRequest,
  live: JsonObject | undefined,
  sent: JsonValue | undefined,
): ManagedEntries {
  const stored = () =>
    decodeEntries(at(live, 'metadata', 'managedFields')) ?? noEntries();
  if (request.subresource) return stored();
  const decoded = decodeEntries(sent);
  return decoded && decoded.managers.size > 0 ? decoded : stored();
}

function withoutEntries(object: JsonObject): JsonObject {
  const metadata = { ...asObject(object.metadata) };
  delete metadata.managedFields;
  return { ...object, metadata };
}

function withEntries(object: JsonObject, entries: ManagedEntries): JsonObject {
  const metadata: JsonObject = { ...asObject(object.metadata) };
  const encoded = encodeEntries(entries);
  if (encoded === undefined) delete metadata.managedFields;
  else metadata.managedFields = encoded;
  return { ...object, metadata };
}

function lastApplied(object: JsonObject | undefined): string | undefined {
  const text = asString(at(object, 'metadata', 'annotations', LAST_APPLIED));
  return text || undefined;
}

/** What a client-side apply set and nobody changed since. */
function fieldsOfLastApplied(
  request: FieldManagerRequest,
  live: JsonObject | undefined,
): FieldSet | undefined {
  const text = lastApplied(live);
  if (!text || !live) return undefined;
  let config: JsonValue;
  try {
    config = parseJson(text) as JsonValue;
  } catch {
    return undefined;
  }
  if (!isObject(config) || config.apiVersion !== request.apiVersion) {
    return undefined;
  }
  const versioned = request.versions.convert(live, request.apiVersion);
  if (!versioned) return undefined;
  const problems = typeProblems(versioned.type, config, {
    allowDuplicates: false,
  });
  if (problems.length > 0) return undefined;
  const { added, modified, removed } = compareFields(
    versioned.type,
    config,
    versioned.value,
  );
  return fieldSetOf(versioned.type, config)
    .difference(modified)
    .difference(added)
    .difference(removed);
}
