import { FieldSpec } from '../fields/FieldSpec';
import { isMap, isMissing, isScalar, textOf } from '../fields/YamlNode';
import { visitField } from '../fields/visitField';
import { KustomizeError } from '../KustomizeError';
import { ResourceList } from '../resources/ResourceList';
import { formatId, isSelected } from '../resources/ResourceId';

// Names of these are fixed by what they define.
const FIXED_NAMES = [
  { kind: 'CustomResourceDefinition' },
  { group: 'apiregistration.k8s.io', kind: 'APIService' },
  { kind: 'Namespace' },
];

/** Adds `namePrefix` or `nameSuffix` to the names that the fields give. */
export function affixNames(
  resources: ResourceList,
  options: { prefix?: string; suffix?: string; fields: readonly FieldSpec[] },
): void {
  const { prefix = '', suffix = '', fields } = options;
  for (const resource of resources) {
    const id = resource.originalId();
    if (FIXED_NAMES.some(fixed => isSelected(id, fixed))) {
      continue;
    }
    for (const field of fields) {
      if (!isSelected(id, field)) {
        continue;
      }
      if (field.path === 'metadata/name') {
        if (prefix) {
          resource.prefixes.push(prefix);
        }
        if (suffix) {
          resource.suffixes.push(suffix);
        }
        resource.storePreviousId();
      }
      visitField(resource, field, 'none', slot => {
        if (isMap(slot.value) || !isScalar(slot.value)) {
          throw new KustomizeError({
            code: 'wrong-type',
            problem: 'a name is not a scalar',
            field: field.path,
            object: formatId(id),
          });
        }
        if (!isMissing(slot.value)) {
          slot.set(`${prefix}${textOf(slot.value)}${suffix}`);
        }
      });
    }
  }
  resources.changed();
}
