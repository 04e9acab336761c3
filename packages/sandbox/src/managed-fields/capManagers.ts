import type { ManagedEntries } from './entries';
import { managerId } from './entries';
import type { OwnedFields } from './updater';

const MAX_UPDATE_MANAGERS = 10;
const BUCKET = 'ancient-changes';

/**
 * Merges the oldest update entries of a version into one when there are more
 * than ten (apimachinery 0.34, `capmanagers.go`).
 */
export function capUpdateManagers(entries: ManagedEntries): ManagedEntries {
  const seconds = (id: string) =>
    Math.floor(Date.parse(entries.times.get(id) ?? '') / 1000) || 0;
  const updaters = [...entries.managers]
    .filter(([, owned]) => !owned.applied)
    .map(([id]) => id)
    .sort((a, b) => seconds(a) - seconds(b) || (a < b ? -1 : 1));
  let count = updaters.length;
  if (count <= MAX_UPDATE_MANAGERS) return entries;

  const managers = new Map<string, OwnedFields>(entries.managers);
  const times = new Map(entries.times);
  const firstOfVersion = new Map<string, string>();
  for (const id of updaters) {
    if (count <= MAX_UPDATE_MANAGERS) break;
    const owned = managers.get(id)!;
    const first = firstOfVersion.get(owned.apiVersion);
    if (first === undefined) {
      firstOfVersion.set(owned.apiVersion, id);
      continue;
    }
    const bucket = managerId({
      manager: BUCKET,
      operation: 'Update',
      apiVersion: owned.apiVersion,
    });
    if (!managers.has(bucket)) {
      managers.set(bucket, managers.get(first)!);
      managers.delete(first);
    }
    const merged = managers.get(bucket)!;
    managers.set(bucket, { ...merged, set: owned.set.union(merged.set) });
    managers.delete(id);
    count -= 1;
    const time = entries.times.get(id);
    if (time) times.set(bucket, time);
  }
  return { managers, times };
}
