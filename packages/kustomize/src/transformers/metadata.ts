import { FieldSpec } from '../fields/FieldSpec';
import { isMap, isNull, setField, typeOf } from '../fields/YamlNode';
import { visitFields } from '../fields/visitField';
import { KustomizeError } from '../KustomizeError';
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
  for (const resource of resources) {
    visitFields(resource, fields, 'map', slot => {
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
        setField(slot.value, name, entries[name]);
      }
    });
  }
}
