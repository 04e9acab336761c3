import { stringifyJson } from '@backstage-gitops/kubernetes-yaml';
import type { JsonObject, JsonValue } from '../../json/value';
import { asObject } from '../../json/value';
import { controllerReference, namespaceOf } from '../objects';

// Without vowels and look-alikes (apimachinery 0.34, `util/rand`).
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * A name part that changes with what it is made from: 32 bits FNV-1a, encoded
 * as Kubernetes encodes its own. Not the hash that a real cluster computes,
 * which is taken of Go's memory layout.
 */
export function hashOf(value: JsonValue, collisions = 0): string {
  const text =
    stringifyJson(value, { sortKeys: true }) +
    (collisions > 0 ? String(collisions) : '');
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return [...String(hash)]
    .map(digit => ALPHABET[digit.charCodeAt(0) % ALPHABET.length])
    .join('');
}

/** A pod as an owner's template describes it; `metadata` adds to the template's. */
export function podFromTemplate(
  owner: JsonObject,
  template: JsonObject,
  metadata: JsonObject,
): JsonObject {
  const { labels, annotations, finalizers } = asObject(template.metadata);
  const merged: JsonObject = {
    ...metadata,
    namespace: namespaceOf(owner),
    ownerReferences: [controllerReference(owner)],
  };
  const allLabels = { ...asObject(labels), ...asObject(metadata.labels) };
  const allNotes = {
    ...asObject(annotations),
    ...asObject(metadata.annotations),
  };
  if (Object.keys(allLabels).length > 0) merged.labels = allLabels;
  if (Object.keys(allNotes).length > 0) merged.annotations = allNotes;
  if (!merged.finalizers && finalizers) merged.finalizers = finalizers;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: merged,
    spec: asObject(template.spec),
  };
}
