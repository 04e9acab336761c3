import type { JsonObject, JsonValue } from '../../json/value';
import { asString, at } from '../../json/value';
import { annotationsOf } from '../objects';

/** Annotation and label of a pod of an Indexed Job. */
export const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index';

/** Whether each of a Job's pods has an index of its own. */
export function isIndexed(job: JsonObject): boolean {
  return at(job, 'spec', 'completionMode') === 'Indexed';
}

/** A pod's index; -1 where it has none. */
export function indexOf(pod: JsonObject): number {
  return Number(annotationsOf(pod)[COMPLETION_INDEX] ?? -1);
}

/** Reads `0,2-4`. */
export function parseIndexes(text: JsonValue | undefined): Set<number> {
  const indexes = new Set<number>();
  for (const part of (asString(text) ?? '').split(',').filter(Boolean)) {
    const [first, last = first] = part.split('-').map(Number);
    for (let index = first; index <= last; index += 1) indexes.add(index);
  }
  return indexes;
}

/** Writes `0,2-4`: ranges from three indexes on, as the Job controller does. */
export function printIndexes(indexes: ReadonlySet<number>): string {
  const sorted = [...indexes].filter(index => index >= 0).sort((a, b) => a - b);
  const parts: string[] = [];
  for (let start = 0; start < sorted.length;) {
    let end = start;
    while (sorted[end + 1] === sorted[end] + 1) end += 1;
    if (end === start) parts.push(String(sorted[start]));
    else {
      const separator = end === start + 1 ? ',' : '-';
      parts.push(`${sorted[start]}${separator}${sorted[end]}`);
    }
    start = end + 1;
  }
  return parts.join(',');
}
