import {
  isJsonObject,
  type JsonObject,
} from '@backstage-gitops/kubernetes-yaml';
import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';

/**
 * What is kept of an object to notice that somebody else wrote it; a few
 * numbers, since there may be tens of thousands.
 */
export interface Trace {
  uid: string;
  /** Whose it is. */
  owner: string;
  generation: number;
  /** The fields that are ours, and when we last wrote. */
  ours: number;
  ourCount: number;
  ourTime: string;
  /** What others wrote, but for the status. */
  others: number;
  othersTime: string;
}

/** What some managers own, as far as it is kept. */
class Entries {
  hash = 0;
  /** How many fields. */
  count = 0;
  time = '';

  add({ time, fieldsV1, manager, operation }: JsonObject): void {
    const text = JSON.stringify([manager, operation, fieldsV1]);
    // A sum, since the order of the entries changes with their times.
    this.hash = (this.hash + hashOf(text)) | 0;
    this.count += text.split('":').length - 1;
    if (typeof time === 'string' && time > this.time) this.time = time;
  }
}

/** FNV-1a; a collision costs one wake-up that the interval makes up for. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash | 0;
}

/** @param isOurs - whether a field manager is one of ours */
export function traceOf(
  { metadata }: Pick<KubernetesObject, 'metadata'>,
  owner: string,
  isOurs: (manager: string) => boolean,
): Trace {
  const ours = new Entries();
  const others = new Entries();
  for (const entry of metadata.managedFields ?? []) {
    if (!isJsonObject(entry) || entry.subresource === 'status') continue;
    const isMine = typeof entry.manager === 'string' && isOurs(entry.manager);
    (isMine ? ours : others).add(entry);
  }
  return {
    uid: metadata.uid ?? '',
    owner,
    generation: Number(metadata.generation ?? 0),
    ours: ours.hash,
    ourCount: ours.count,
    ourTime: ours.time,
    others: others.hash,
    othersTime: others.time,
  };
}

/**
 * Whether somebody else changed what is ours, as far as field managers tell:
 * a value that another writes, or removes, ceases to be ours, while we have
 * not written. What others add beside ours is no drift.
 */
export function isForeignChange(before: Trace, now: Trace): boolean {
  if (before.ourTime === now.ourTime) {
    if (before.ours === now.ours) return false;
    // Twice in a second, it is we who add fields; and others who take them.
    return now.ourCount <= before.ourCount || before.others !== now.others;
  }
  // We wrote; and somebody else may have written after that.
  return before.others !== now.others && now.othersTime > now.ourTime;
}
