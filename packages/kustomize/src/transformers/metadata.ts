import { isPlainString } from '@backstage-gitops/kubernetes-yaml';
import { FieldSpec } from '../fields/FieldSpec';
import {
  SharedScalar,
  isMap,
  isNull,
  setField,
  typeOf,
} from '../fields/YamlNode';
import { assignField } from '../fields/sharedFields';
import { FieldVisitor } from '../fields/visitField';
import { KustomizeError } from '../KustomizeError';
import { Resource } from '../resources/Resource';
import { ResourceList } from '../resources/ResourceList';
import { formatId } from '../resources/ResourceId';

/** Sets labels or annotations in the mappings that the fields give. */
export function setEntries(
  resources: ResourceList,
  entries: Readonly<Record<string, string>>,
  fields: readonly FieldSpec[],
): void {
  const names = Object.keys(entries);
  if (names.length === 0) {
    return;
  }
  const visitor = new FieldVisitor(fields, 'map');
  for (const resource of resources) {
    const shared = new Map<string, SharedScalar>();
    visitor.visit(resource, slot => {
      if (isNull(slot.value)) {
        return;
      }
      if (!isMap(slot.value)) {
        throw new KustomizeError({
          code: 'wrong-type',
          problem: `${typeOf(slot.value)} stands where labels or annotations are expected`,
          object: formatId(resource.currentId()),
        });
      }
      for (const name of names) {
        if (Object.hasOwn(slot.value, name)) {
          assignField(slot.value, name, entries[name]);
          continue;
        }
        checkMetadataKey(name, resource);
        let scalar = shared.get(name);
        if (!scalar) {
          scalar = new SharedScalar(entries[name]);
          shared.set(name, scalar);
        }
        setField(slot.value, name, scalar);
      }
    });
  }
}

/**
 * kustomize writes new keys of labels and annotations without quotes, and then
 * cannot read those that are no strings without them.
 */
export function checkMetadataKey(name: string, resource: Resource): void {
  if (!isPlainString(name, 'go-yaml-v3')) {
    throw new KustomizeError({
      code: 'invalid-resource',
      problem: `"${name}" cannot be the key of a label or annotation`,
      object: formatId(resource.currentId()),
      hint: 'YAML reads it as a number, boolean or null',
    });
  }
}
