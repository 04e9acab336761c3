import {
  isJsonObject,
  setOwn,
  type JsonObject,
  type JsonValue,
  type KubernetesObject,
} from '@backstage-gitops/kubernetes-yaml';
import { hasSetting } from '../object/metadata';

/**
 * A field manager whose fields are taken over: its name begins with `prefix`.
 *
 * @public
 */
export interface FieldManagerMatch {
  prefix: string;
  operation: 'Apply' | 'Update';
}

/** What is removed or taken over from those who managed an object before. */
const ANNOTATIONS = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'kustomize.toolkit.fluxcd.io/checksum',
  'fluxcd.io/sync-checksum',
];
const LABELS = ['fluxcd.io/sync-gc-mark'];

function managersOf(fieldManager: string): FieldManagerMatch[] {
  return [
    { prefix: 'kubectl', operation: 'Apply' },
    { prefix: 'kubectl', operation: 'Update' },
    { prefix: 'before-first-apply', operation: 'Update' },
    { prefix: fieldManager, operation: 'Update' },
  ];
}

/**
 * The JSON patch that makes an object ours: traces of other tools are removed
 * and the fields of `kubectl` become ours, so that what is no longer in the
 * manifest goes away with our next apply. Empty where there is nothing to do,
 * and for objects marked `ssa: Merge`.
 *
 * Source: kustomize-controller (Flux 2.9), cleanup options of its apply;
 * fluxcd/pkg ssa, replacing of field managers.
 */
export function takeOverPatch(
  live: KubernetesObject,
  options: {
    desired: KubernetesObject;
    fieldManager: string;
    overrideManagers?: readonly FieldManagerMatch[];
  },
): JsonObject[] {
  if (
    hasSetting(options.desired, 'ssa', 'Merge') ||
    hasSetting(live, 'ssa', 'Merge')
  ) {
    return [];
  }
  const patch: JsonObject[] = [];
  const { annotations, labels } = live.metadata;
  for (const key of ANNOTATIONS) {
    // What the manifest itself asks for stays.
    if (
      annotations?.[key] !== undefined &&
      options.desired.metadata.annotations?.[key] === undefined
    ) {
      patch.push({
        op: 'remove',
        path: `/metadata/annotations/${escape(key)}`,
      });
    }
  }
  for (const key of LABELS) {
    if (
      labels?.[key] !== undefined &&
      options.desired.metadata.labels?.[key] === undefined
    ) {
      patch.push({ op: 'remove', path: `/metadata/labels/${escape(key)}` });
    }
  }
  const managers = [
    ...managersOf(options.fieldManager),
    ...(options.overrideManagers ?? []),
  ];
  const entries = mergeManagers(live, options.fieldManager, entry =>
    managers.some(
      match =>
        typeof entry.manager === 'string' &&
        entry.manager.startsWith(match.prefix) &&
        entry.operation === match.operation,
    ),
  );
  if (entries) {
    patch.push({
      op: 'replace',
      path: '/metadata/managedFields',
      value: entries,
    });
  }
  if (patch.length > 0 && live.metadata.resourceVersion) {
    // A patch of a version: whoever wrote in between makes it a conflict.
    patch.unshift({
      op: 'replace',
      path: '/metadata/resourceVersion',
      value: live.metadata.resourceVersion,
    });
  }
  return patch;
}

/**
 * The JSON patch that makes fields ours to apply which we wrote as an update
 * before, under the same name (client-go, `csaupgrade`); undefined where there
 * are none. A conflict means that somebody wrote in between.
 *
 * @public
 */
export function takeOverFields(
  live: KubernetesObject,
  fieldManager: string,
): JsonObject[] | undefined {
  const entries = mergeManagers(
    live,
    fieldManager,
    ({ manager, operation }) =>
      manager === fieldManager && operation === 'Update',
  );
  return (
    entries && [
      {
        op: 'replace',
        path: '/metadata/resourceVersion',
        value: live.metadata.resourceVersion ?? '',
      },
      { op: 'replace', path: '/metadata/managedFields', value: entries },
    ]
  );
}

function mergeManagers(
  live: KubernetesObject,
  fieldManager: string,
  isWanted: (entry: JsonObject) => boolean,
): JsonObject[] | undefined {
  const entries = (live.metadata.managedFields ?? []).filter(isJsonObject);
  const isOurs = (entry: JsonObject) =>
    entry.manager === fieldManager &&
    entry.operation === 'Apply' &&
    !entry.subresource;
  const isTaken = (entry: JsonObject) =>
    !isOurs(entry) && !entry.subresource && isWanted(entry);
  const taken = entries.filter(isTaken);
  if (taken.length === 0) return undefined;
  const [first, ...others] = [...entries.filter(isOurs), ...taken];
  const merged: JsonObject = {
    ...first,
    manager: fieldManager,
    operation: 'Apply',
    fieldsV1: others.reduce<JsonValue>(
      (fields, entry) => union(fields, entry.fieldsV1),
      first.fieldsV1 ?? {},
    ),
  };
  return [...entries.filter(e => !isOurs(e) && !isTaken(e)), merged];
}

/** Field sets are nested objects; their union is a deep merge. */
function union(a: JsonValue, b: JsonValue | undefined): JsonValue {
  if (!isJsonObject(a) || !isJsonObject(b)) return b ?? a;
  const out: JsonObject = { ...a };
  for (const [key, value] of Object.entries(b)) {
    setOwn(out, key, Object.hasOwn(a, key) ? union(a[key], value) : value);
  }
  return out;
}

function escape(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
