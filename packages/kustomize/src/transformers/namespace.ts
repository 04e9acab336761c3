import { KustomizeError } from '../KustomizeError';
import { FieldSpec } from '../fields/FieldSpec';
import { getField, isMap, isMissing, textOf } from '../fields/YamlNode';
import { visitField, visitFields } from '../fields/visitField';
import { Resource } from '../resources/Resource';
import { ResourceList } from '../resources/ResourceList';
import { formatId } from '../resources/ResourceId';

/**
 * Which subjects of role bindings move to the namespace: service accounts
 * called `default`, all service accounts, or none.
 */
export type RoleBindingSubjects = 'defaultOnly' | 'allServiceAccounts' | 'none';

const NAMESPACE_FIELD: FieldSpec = { path: 'metadata/namespace', create: true };
const ROLE_BINDINGS = new Set(['RoleBinding', 'ClusterRoleBinding']);

/** Moves resources into a namespace, as the field `namespace` does. */
export function setNamespace(
  resources: ResourceList,
  options: {
    namespace: string;
    fields: readonly FieldSpec[];
    unsetOnly?: boolean;
    subjects?: RoleBindingSubjects;
  },
): void {
  const { namespace } = options;
  if (!namespace) {
    return;
  }
  const counts = new Map<string, number>();
  const count = (key: string, by: number) =>
    counts.set(key, (counts.get(key) ?? 0) + by);
  for (const resource of resources) {
    count(resource.currentId().key, 1);
  }
  for (const resource of resources) {
    if (resource.isEmpty || resource.isHelmGenerated) {
      continue;
    }
    count(resource.currentId().key, -1);
    resource.storePreviousId();
    setResourceNamespace(resource, options);
    const { key } = resource.currentId();
    count(key, 1);
    if (counts.get(key) !== 1) {
      throw new KustomizeError({
        code: 'duplicate-id',
        problem: `in the namespace ${namespace} two resources have the same id`,
        object: formatId(resource.currentId()),
        field: 'namespace',
      });
    }
  }
  resources.changed();
}

/** Moves one resource, without a look at others. */
export function setResourceNamespace(
  resource: Resource,
  options: Parameters<typeof setNamespace>[1],
): void {
  const { namespace, fields, unsetOnly, subjects } = options;
  const set = (slot: { value: unknown; set(value: string): void }) => {
    if (
      typeof slot.value === 'object' &&
      slot.value !== null &&
      (Array.isArray(slot.value) || isMap(slot.value as never))
    ) {
      throw new KustomizeError({
        code: 'wrong-type',
        problem: 'a namespace is not a scalar',
        field: 'namespace',
        object: formatId(resource.currentId()),
      });
    }
    if (!unsetOnly || !slot.value) {
      slot.set(namespace);
    }
  };
  if (!resource.currentId().clusterScoped) {
    visitField(resource, NAMESPACE_FIELD, 'scalar', set);
  }
  const isRoleBinding = ROLE_BINDINGS.has(resource.kind);
  if (isRoleBinding) {
    moveSubjects(resource, subjects ?? 'defaultOnly', set);
  }
  const specs = fields.filter(
    ({ path, kind }) =>
      path !== 'metadata/namespace' &&
      (path !== 'metadata/name' || resource.apiVersion === 'v1') &&
      !(
        isRoleBinding &&
        path === 'subjects/namespace' &&
        ROLE_BINDINGS.has(kind ?? '')
      ),
  );
  visitFields(resource, specs, 'scalar', set);
}

function moveSubjects(
  resource: Resource,
  mode: RoleBindingSubjects,
  set: (slot: { value: unknown; set(value: string): void }) => void,
): void {
  const subjects = getField(resource.node, 'subjects');
  if (mode === 'none' || isMissing(subjects)) {
    return;
  }
  if (!Array.isArray(subjects)) {
    throw new KustomizeError({
      code: 'wrong-type',
      problem: 'the subjects of a role binding are not a list',
      field: 'subjects',
      object: formatId(resource.currentId()),
    });
  }
  for (const subject of subjects) {
    const selected =
      mode === 'defaultOnly'
        ? textOf(getField(subject, 'name')) === 'default'
        : textOf(getField(subject, 'kind')) === 'ServiceAccount';
    if (selected && isMap(subject)) {
      set({
        value: getField(subject, 'namespace'),
        set: value => {
          subject.namespace = value;
        },
      });
    }
  }
}
