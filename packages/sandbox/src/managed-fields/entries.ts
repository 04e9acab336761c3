import type { JsonObject, JsonValue } from '../json/value';
import { asObject, asString, isObject } from '../json/value';
import { FieldSet } from './fieldSet';
import type { Managers, OwnedFields } from './updater';

/** `metadata.managedFields`, decoded. */
export interface ManagedEntries {
  readonly managers: Managers;
  /** Time of the last operation by manager identifier. */
  readonly times: ReadonlyMap<string, string>;
}

/** What identifies a manager: an applier is the same one in every version. */
export interface ManagerIdentity {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion?: string;
  readonly subresource?: string;
}

/** The identifier under which a manager is kept. */
export function managerId(identity: ManagerIdentity): string {
  return JSON.stringify({
    manager: identity.manager || undefined,
    operation: identity.operation,
    apiVersion:
      identity.operation === 'Apply' ? undefined : identity.apiVersion,
    subresource: identity.subresource || undefined,
  });
}

/** The identity behind an identifier. */
export function managerIdentity(id: string): ManagerIdentity {
  return JSON.parse(id) as ManagerIdentity;
}

/** No manager at all. */
export function noEntries(): ManagedEntries {
  return { managers: new Map(), times: new Map() };
}

/** Decodes `metadata.managedFields`; undefined when an entry is not valid. */
export function decodeEntries(
  value: JsonValue | undefined,
): ManagedEntries | undefined {
  if (value === undefined || value === null) return noEntries();
  if (!Array.isArray(value)) return undefined;
  const managers = new Map<string, OwnedFields>();
  const times = new Map<string, string>();
  for (const entry of value) {
    if (!isObject(entry)) return undefined;
    const operation = entry.operation;
    const apiVersion = asString(entry.apiVersion);
    if (operation !== 'Apply' && operation !== 'Update') return undefined;
    if (!apiVersion || entry.fieldsType !== 'FieldsV1') return undefined;
    const set = FieldSet.fromFieldsV1(asObject(entry.fieldsV1));
    if (!set) return undefined;
    const id = managerId({
      manager: asString(entry.manager) ?? '',
      operation,
      apiVersion,
      subresource: asString(entry.subresource),
    });
    managers.set(id, { set, apiVersion, applied: operation === 'Apply' });
    const time = asString(entry.time);
    if (time) times.set(id, time);
  }
  return { managers, times };
}

/** Encodes to `metadata.managedFields`; undefined for no managers. */
export function encodeEntries(entries: ManagedEntries): JsonValue | undefined {
  if (entries.managers.size === 0) return undefined;
  const encoded: JsonObject[] = [];
  for (const [id, owned] of entries.managers) {
    const identity = managerIdentity(id);
    const time = entries.times.get(id);
    encoded.push({
      ...(identity.manager ? { manager: identity.manager } : {}),
      operation: owned.applied ? 'Apply' : identity.operation,
      apiVersion: owned.apiVersion,
      ...(time ? { time } : {}),
      fieldsType: 'FieldsV1',
      fieldsV1: owned.set.toFieldsV1(),
      ...(identity.subresource ? { subresource: identity.subresource } : {}),
    });
  }
  return encoded.sort(compareEntries);
}

// Operation, then whole seconds, then names, as the API server sorts.
function compareEntries(left: JsonObject, right: JsonObject): number {
  return (
    compareText(left.operation, right.operation) ||
    seconds(left.time) - seconds(right.time) ||
    compareText(left.manager, right.manager) ||
    compareText(left.apiVersion, right.apiVersion) ||
    compareText(left.subresource, right.subresource)
  );
}

function seconds(time: JsonValue | undefined): number {
  const parsed = typeof time === 'string' ? Date.parse(time) : NaN;
  return Number.isNaN(parsed) ? 0 : Math.floor(parsed / 1000);
}

function compareText(
  left: JsonValue | undefined,
  right: JsonValue | undefined,
): number {
  const a = asString(left) ?? '';
  const b = asString(right) ?? '';
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
