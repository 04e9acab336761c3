import type { JsonObject } from '../json/value';
import { asObject } from '../json/value';

// What the newer API renames (`pkg/apis/events/v1/conversion.go`, Kubernetes 1.34).
const RENAMED: Array<[core: string, events: string]> = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
];

/** Converts an Event between `v1` and `events.k8s.io/v1`. */
export function convertEvent(
  object: JsonObject,
  apiVersion: string,
): JsonObject {
  if (object.apiVersion === apiVersion) return object;
  const toCore = apiVersion === 'v1';
  const result: JsonObject = { ...object, apiVersion };
  for (const [core, events] of RENAMED) {
    const from = toCore ? events : core;
    const to = toCore ? core : events;
    if (result[from] === undefined) continue;
    result[to] = result[from];
    delete result[from];
  }
  if (toCore) {
    result.involvedObject ??= {};
    result.source ??= {};
  } else if (result.series) {
    result.series = { ...asObject(result.series) };
  }
  return result;
}
