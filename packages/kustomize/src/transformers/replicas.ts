import { FieldSpec } from '../fields/FieldSpec';
import { isScalar } from '../fields/YamlNode';
import { visitField } from '../fields/visitField';
import { KustomizeError } from '../KustomizeError';
import { ReplicaEntry } from '../kustomization/Kustomization';
import { ResourceList } from '../resources/ResourceList';
import { formatId, isSelected } from '../resources/ResourceId';

/**
 * Sets the replica count of the resources that have, or once had, the name.
 *
 * @throws KustomizeError `no-match`
 */
export function setReplicas(
  resources: ResourceList,
  entry: ReplicaEntry,
  fields: readonly FieldSpec[],
): void {
  let found = false;
  for (const field of fields) {
    for (const resource of resources) {
      const matches = resource
        .allIds()
        .some(id => id.name === entry.name && isSelected(id, field));
      if (!matches) {
        continue;
      }
      found = true;
      visitField(resource, field, 'scalar', slot => {
        if (!isScalar(slot.value)) {
          throw new KustomizeError({
            code: 'wrong-type',
            problem: 'a replica count is not a scalar',
            field: field.path,
            object: formatId(resource.currentId()),
          });
        }
        slot.set(entry.count);
      });
    }
  }
  if (!found) {
    throw new KustomizeError({
      code: 'no-match',
      problem: `no resource with replicas is called ${entry.name}`,
      field: 'replicas',
      object: entry.name,
    });
  }
}
