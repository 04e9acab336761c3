import { forbidden } from '../api/apiError';
import type { JsonObject } from '../json/value';
import { asArray, asObject, asString, at, isObject } from '../json/value';
import { addQuantities, compareQuantities } from '../kinds/quantity';
import type { Target } from '../objects/writeRequest';
import type { ObjectStore } from '../storage/objectStore';
import type { Usage } from './quotaUsage';
import { add, unspecified, usageOf } from './quotaUsage';

const QUOTAS = '/resourcequotas';

/**
 * Refuses a new object that a ResourceQuota of its namespace has no room for
 * (Kubernetes 1.34, `plugin/resourcequota`). Quotas with scopes are not
 * counted.
 *
 * @throws ApiError 403
 */
export function checkQuotas(
  store: ObjectStore,
  target: Target,
  object: JsonObject,
  live: JsonObject | undefined,
): void {
  const { resource, namespace, name } = target;
  if (!resource.namespaced || target.subresource) return;
  const quotas = quotasOf(store, namespace);
  if (quotas.length === 0) return;
  const after = usageOf(resource, object);
  const before = live ? usageOf(resource, live) : {};
  const refused = (why: string) =>
    forbidden({ group: resource.group, resource: resource.plural, name }, why);
  for (const quota of quotas) {
    const quotaName = String(asObject(quota.metadata).name);
    const hard = asObject(at(quota, 'spec', 'hard'));
    const isPod = resource.group === '' && resource.plural === 'pods';
    const missing = isPod && !live ? unspecified(object, hard) : '';
    if (missing) {
      throw refused(`failed quota: ${quotaName}: must specify ${missing}`);
    }
    const requested: Usage = {};
    for (const key of Object.keys(hard)) {
      const more = addQuantities(after[key] ?? '0', negative(before[key]));
      if (compareQuantities(more, '0') > 0) requested[key] = more;
    }
    if (Object.keys(requested).length === 0) continue;
    const used = usedOf(store, namespace, hard);
    const exceeded = Object.keys(requested)
      .filter(
        key =>
          compareQuantities(
            addQuantities(used[key], requested[key]),
            String(hard[key]),
          ) > 0,
      )
      .sort();
    if (exceeded.length === 0) continue;
    const list = (amounts: JsonObject | Usage) =>
      exceeded.map(key => `${key}=${String(amounts[key])}`).join(',');
    throw refused(
      `exceeded quota: ${quotaName}, requested: ${list(requested)}, used: ${list(used)}, limited: ${list(hard)}`,
    );
  }
}

/** The quotas of a namespace that are counted. */
export function quotasOf(store: ObjectStore, namespace: string): JsonObject[] {
  return store
    .list(QUOTAS, namespace)
    .filter(
      ({ spec }) =>
        asArray(asObject(spec).scopes).length === 0 &&
        !isObject(asObject(spec).scopeSelector),
    );
}

/** What a namespace uses of what a quota limits. */
export function usedOf(
  store: ObjectStore,
  namespace: string,
  hard: JsonObject,
): Usage {
  let used: Usage = Object.fromEntries(
    Object.keys(hard).map(key => [key, '0']),
  );
  for (const storage of storagesOf(Object.keys(hard))) {
    const [group, plural] = storage.split('/');
    for (const object of store.list(storage, namespace)) {
      const usage = usageOf({ group, plural }, object);
      const counted = Object.fromEntries(
        Object.entries(usage).filter(([key]) => Object.hasOwn(hard, key)),
      );
      used = add(used, counted);
    }
  }
  return used;
}

/** Where the objects are kept that the names of a quota count. */
function storagesOf(names: string[]): Set<string> {
  return new Set(names.map(storageOf));
}

function storageOf(name: string): string {
  if (name.startsWith('count/')) {
    const [plural, ...group] = name.slice('count/'.length).split('.');
    return `${group.join('.')}/${plural}`;
  }
  if (name === 'requests.storage') return '/persistentvolumeclaims';
  if (name.startsWith('services')) return '/services';
  if (/^(cpu|memory|pods|(requests|limits)\..*)$/.test(name)) return '/pods';
  return `/${name}`;
}

function negative(amount: string | undefined): string {
  if (!amount || amount === '0') return '0';
  return amount.startsWith('-') ? amount.slice(1) : `-${amount}`;
}

/** Whether a storage holds ResourceQuotas. */
export function isQuotaStorage(storage: string): boolean {
  return storage === QUOTAS;
}

/** The namespace of an object. */
export function namespaceOf(object: JsonObject): string {
  return asString(at(object, 'metadata', 'namespace')) ?? '';
}
