import { ClusterError } from '../errors/ClusterError';
import type { ObjectRef } from '../client/ClusterClient';
import { parseApiVersion } from '../client/paths';

/**
 * One applied object, as in `status.inventory.entries` of a Kustomization.
 *
 * @public
 */
export interface InventoryEntry {
  /** `<namespace>_<name>_<group>_<kind>`. */
  id: string;
  /** API version without the group. */
  v: string;
}

/**
 * What an id says.
 *
 * @public
 */
export interface InventoryId {
  /** Empty for objects without a namespace. */
  namespace: string;
  name: string;
  /** Empty for the core group. */
  group: string;
  kind: string;
}

/**
 * An inventory id that cannot be read. Code `invalid-inventory-id`.
 *
 * @public
 */
export class InvalidInventoryIdError extends ClusterError {
  readonly code = 'invalid-inventory-id';

  constructor(id: string) {
    super(
      `"${id.slice(0, 300)}" is not an inventory id of the form <namespace>_<name>_<group>_<kind>`,
    );
  }
}

// RBAC names may hold colons, which ids cannot (Flux's fork of cli-utils).
const RBAC_KINDS = new Set([
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
]);
const RBAC_GROUP = 'rbac.authorization.k8s.io';

/**
 * The id of an object in Flux's inventories. Colons in names of RBAC kinds
 * become `__`.
 *
 * @public
 */
export function formatInventoryId(id: InventoryId): string {
  const isRbac = id.group === RBAC_GROUP && RBAC_KINDS.has(id.kind);
  const name = isRbac ? id.name.replaceAll(':', '__') : id.name;
  return `${id.namespace}_${name}_${id.group}_${id.kind}`;
}

/**
 * Reads an id; the counterpart of `formatInventoryId`.
 *
 * @throws InvalidInventoryIdError
 * @public
 */
export function parseInventoryId(id: string): InventoryId {
  const first = id.indexOf('_');
  const last = id.lastIndexOf('_');
  const beforeLast = id.lastIndexOf('_', last - 1);
  if (first < 0 || beforeLast <= first) throw new InvalidInventoryIdError(id);
  const name = id.slice(first + 1, beforeLast).replaceAll('__', ':');
  const kind = id.slice(last + 1);
  if (name === '' || kind === '' || name.includes('_')) {
    throw new InvalidInventoryIdError(id);
  }
  return {
    namespace: id.slice(0, first),
    name,
    group: id.slice(beforeLast + 1, last),
    kind,
  };
}

/** The entry of an object. */
export function inventoryEntryOf(ref: ObjectRef): InventoryEntry {
  const { group, version } = parseApiVersion(ref.apiVersion);
  const { namespace = '', name, kind } = ref;
  return {
    id: formatInventoryId({ namespace, name, group, kind }),
    v: version,
  };
}

/**
 * The object that an entry names.
 *
 * @throws InvalidInventoryIdError
 * @public
 */
export function refOfEntry(entry: InventoryEntry): ObjectRef {
  const { namespace, name, group, kind } = parseInventoryId(entry.id);
  return {
    apiVersion: group ? `${group}/${entry.v}` : entry.v,
    kind,
    ...(namespace ? { namespace } : {}),
    name,
  };
}

/**
 * What is in `old` and no longer in `current`, by id: the same object in
 * another version is not stale.
 *
 * @public
 */
export function difference(
  old: readonly InventoryEntry[],
  current: readonly InventoryEntry[],
): InventoryEntry[] {
  const kept = new Set(current.map(entry => entry.id));
  const seen = new Set<string>();
  return old.filter(entry => {
    if (kept.has(entry.id) || seen.has(entry.id)) return false;
    seen.add(entry.id);
    return true;
  });
}
