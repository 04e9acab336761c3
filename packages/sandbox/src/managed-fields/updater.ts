import type { JsonObject } from '../json/value';
import { equal } from '../json/value';
import type { Comparison } from './compare';
import { compareFields } from './compare';
import { FieldSet } from './fieldSet';
import { fieldSetOf } from './fieldSetOf';
import type { FieldType } from './fieldType';
import { mergeFields } from './merge';
import type { PathElement } from './path';
import { removeFields } from './remove';

/** What one manager owns. */
export interface OwnedFields {
  readonly set: FieldSet;
  readonly apiVersion: string;
  readonly applied: boolean;
}

/** All managers of an object by their identifier. */
export type Managers = ReadonlyMap<string, OwnedFields>;

/** One field that another manager owns. */
export interface FieldConflict {
  readonly manager: string;
  readonly path: PathElement[];
}

/** An apply would change fields that others own. */
export class FieldConflicts extends Error {
  constructor(readonly conflicts: readonly FieldConflict[]) {
    super('the configuration conflicts with other field managers');
    this.name = 'FieldConflicts';
  }
}

/** An object seen in one served version. */
export interface VersionedValue {
  readonly type: FieldType;
  readonly value: JsonObject | undefined;
}

/** How objects of one kind look in their served versions. */
export interface FieldVersions {
  /** Undefined for a version that is not served any more. */
  convert(
    object: JsonObject | undefined,
    apiVersion: string,
  ): VersionedValue | undefined;
  /** Takes out the fields that requests of this kind cannot change. */
  filter(set: FieldSet, apiVersion: string): FieldSet;
}

/** Arguments common to both operations. */
export interface UpdateInput {
  readonly live: JsonObject | undefined;
  readonly apiVersion: string;
  readonly managers: Managers;
  readonly manager: string;
  readonly versions: FieldVersions;
}

/** The owners after a create, replace or patch (structured-merge-diff 6, `Updater.Update`). */
export function updateOwners(
  input: UpdateInput & { readonly next: JsonObject },
): Managers {
  const { managers, comparison } = settle(input, input.next, true);
  const previous = managers.get(input.manager)?.set ?? new FieldSet();
  const set = input.versions.filter(
    previous
      .difference(comparison.removed)
      .union(comparison.modified)
      .union(comparison.added),
    input.apiVersion,
  );
  const result = new Map(managers);
  if (set.isEmpty()) result.delete(input.manager);
  else {
    result.set(input.manager, {
      set,
      apiVersion: input.apiVersion,
      applied: false,
    });
  }
  return result;
}

/**
 * Merges a configuration and gives the owners after it
 * (structured-merge-diff 6, `Updater.Apply`). `next` is undefined where the
 * object stays as it is.
 *
 * @throws {@link FieldConflicts} unless forced
 */
export function applyConfiguration(
  input: UpdateInput & {
    readonly config: JsonObject;
    readonly force: boolean;
  },
): { next: JsonObject | undefined; managers: Managers } {
  const { live, config, apiVersion, versions, manager } = input;
  const type = versionOf(versions, live, apiVersion).type;
  const merged = mergeFields(type, live, config) as JsonObject;
  const last = input.managers.get(manager);
  const managers = new Map(input.managers);
  managers.set(manager, {
    set: versions.filter(fieldSetOf(type, config), apiVersion),
    apiVersion,
    applied: true,
  });
  const next = last
    ? prune(merged, managers, apiVersion, last, versions)
    : merged;
  const settled = settle({ ...input, managers }, next, input.force);
  return {
    next: equal(live, next) ? undefined : next,
    managers: settled.managers,
  };
}

function versionOf(
  versions: FieldVersions,
  object: JsonObject | undefined,
  apiVersion: string,
): VersionedValue {
  const found = versions.convert(object, apiVersion);
  if (!found) throw new Error(`version ${apiVersion} is not served`);
  return found;
}

/** Takes what changed away from its owners; conflicts unless forced. */
function settle(
  input: UpdateInput,
  next: JsonObject,
  force: boolean,
): { managers: Managers; comparison: Comparison } {
  const { versions, live } = input;
  const comparisons = new Map<string, Comparison | undefined>();
  const compareAt = (apiVersion: string): Comparison | undefined => {
    if (!comparisons.has(apiVersion)) {
      const before = versions.convert(live, apiVersion);
      const after = versions.convert(next, apiVersion);
      comparisons.set(
        apiVersion,
        before && after
          ? filterComparison(
              compareFields(after.type, before.value ?? {}, after.value),
              set => versions.filter(set, apiVersion),
            )
          : undefined,
      );
    }
    return comparisons.get(apiVersion);
  };
  const comparison = compareAt(input.apiVersion) ?? {
    removed: new FieldSet(),
    modified: new FieldSet(),
    added: new FieldSet(),
  };

  const result = new Map<string, OwnedFields>();
  const conflicts: FieldConflict[] = [];
  for (const [manager, owned] of input.managers) {
    if (manager === input.manager) {
      result.set(manager, owned);
      continue;
    }
    const changes = compareAt(owned.apiVersion);
    if (!changes) continue; // the version is gone, and its entry with it
    const conflicting = owned.set.intersection(
      changes.modified.union(changes.added),
    );
    for (const path of conflicting.paths()) conflicts.push({ manager, path });
    const set = owned.set.difference(conflicting).difference(changes.removed);
    if (!set.isEmpty()) result.set(manager, { ...owned, set });
  }
  if (!force && conflicts.length > 0) throw new FieldConflicts(conflicts);
  const own = result.get(input.manager);
  if (own?.set.isEmpty()) result.delete(input.manager);
  return { managers: result, comparison };
}

function filterComparison(
  comparison: Comparison,
  filter: (set: FieldSet) => FieldSet,
): Comparison {
  return {
    removed: filter(comparison.removed),
    modified: filter(comparison.modified),
    added: filter(comparison.added),
  };
}

/**
 * Removes what the manager applied before, does not apply now, and nobody
 * else owns.
 */
function prune(
  merged: JsonObject,
  managers: Managers,
  apiVersion: string,
  last: OwnedFields,
  versions: FieldVersions,
): JsonObject {
  const before = versions.convert(merged, last.apiVersion);
  if (!before) return merged;
  const { type } = before;
  let pruned = removeFields(
    type,
    before.value,
    last.set.withNamedFields(type),
  ) as JsonObject | undefined;
  pruned = addBackOwned(before, pruned, managers, last.apiVersion, versions);
  pruned = addBackDangling(before, pruned, last);
  return versionOf(versions, pruned, apiVersion).value ?? {};
}

function addBackOwned(
  merged: VersionedValue,
  pruned: JsonObject | undefined,
  managers: Managers,
  lastVersion: string,
  versions: FieldVersions,
): JsonObject | undefined {
  const byVersion = new Map<string, FieldSet>();
  for (const { apiVersion, set } of managers.values()) {
    byVersion.set(
      apiVersion,
      (byVersion.get(apiVersion) ?? new FieldSet()).union(set),
    );
  }
  // The version of the last apply first: what was pruned is known in it.
  const order = [...byVersion.keys()].sort(
    (left, right) =>
      Number(right === lastVersion) - Number(left === lastVersion),
  );
  let result = pruned;
  for (const apiVersion of order) {
    const before = versions.convert(merged.value, apiVersion);
    const after = versions.convert(result, apiVersion);
    if (!before || !after) continue;
    const { type } = before;
    const kept = fieldSetOf(type, after.value)
      .withNamedFields(type)
      .union(byVersion.get(apiVersion)!.withNamedFields(type));
    const restored = removeFields(
      type,
      before.value,
      fieldSetOf(type, before.value).withNamedFields(type).difference(kept),
    ) as JsonObject | undefined;
    result = versions.convert(restored, lastVersion)?.value ?? restored;
  }
  return result;
}

function addBackDangling(
  merged: VersionedValue,
  pruned: JsonObject | undefined,
  last: OwnedFields,
): JsonObject | undefined {
  const { type } = merged;
  const remaining = fieldSetOf(type, pruned).withNamedFields(type);
  const gone = fieldSetOf(type, merged.value)
    .withNamedFields(type)
    .difference(remaining);
  return removeFields(
    type,
    merged.value,
    gone.intersection(last.set.withNamedFields(type)),
  ) as JsonObject | undefined;
}
