import {
  YamlNode,
  getField,
  isMap,
  isMissing,
  setField,
  textOf,
} from '../fields/YamlNode';
import { FieldSlot, FieldVisitor } from '../fields/visitField';
import { KustomizeError } from '../KustomizeError';
import { Resource } from '../resources/Resource';
import { ResourceList } from '../resources/ResourceList';
import {
  GroupVersionKind,
  formatId,
  isSelected,
} from '../resources/ResourceId';
import { NameReference } from './nameReferenceDefaults';

/** One field of a referrer, and the kind whose names it holds. */
interface Rule {
  readonly path: string;
  readonly referrer: Partial<GroupVersionKind>;
  readonly target: Partial<GroupVersionKind>;
  readonly visitor: FieldVisitor;
}

/** The resource whose references are fixed. */
class Referrer {
  private readonly subjectNamespaces: ReadonlySet<string>;

  constructor(
    private readonly resource: Resource,
    private readonly byFormerName: ReadonlyMap<string, Resource[]>,
    private readonly originalNamespaces: ReadonlySet<string>,
  ) {
    this.subjectNamespaces = subjectNamespaces(resource);
  }

  fix(slot: FieldSlot, rule: Rule): void {
    const { value } = slot;
    if (isMissing(value)) {
      return;
    }
    if (Array.isArray(value)) {
      value.forEach((item, i) => {
        if (isMap(item)) {
          this.fixMap(item, rule);
        } else {
          this.fixScalar(
            {
              value: item,
              set: name => {
                value[i] = name;
              },
            },
            rule,
          );
        }
      });
    } else if (isMap(value)) {
      this.fixMap(value, rule);
    } else {
      this.fixScalar(slot, rule);
    }
  }

  private fixScalar(slot: FieldSlot, rule: Rule): void {
    const name = textOf(slot.value);
    const target = this.find(
      name,
      rule,
      () => true,
      ({ name: n }) => n,
    );
    if (target && target.name !== name) {
      slot.set(target.name);
    }
  }

  private fixMap(map: { [key: string]: YamlNode }, rule: Rule): void {
    const nameNode = getField(map, 'name');
    if (nameNode === undefined) {
      throw new KustomizeError({
        code: 'wrong-type',
        problem: 'a reference has no name',
        field: rule.path,
        object: formatId(this.resource.currentId()),
      });
    }
    const name = textOf(nameNode);
    const namespaceNode = getField(map, 'namespace');
    const namespace =
      namespaceNode === undefined ? undefined : textOf(namespaceNode);
    const inNamespace = this.namespaceFilter(namespace);
    const target = this.find(
      name,
      rule,
      inNamespace,
      resource => `${resource.name}\n${resource.namespace}`,
    );
    if (!target || (target.name === name && target.namespace === '')) {
      return;
    }
    setField(map, 'name', target.name);
    if (target.namespace !== '') {
      setField(map, 'namespace', target.namespace);
    }
  }

  /** By original namespaces where the namespace is one, else by current ones. */
  private namespaceFilter(
    namespace: string | undefined,
  ): (resource: Resource) => boolean {
    if (namespace === undefined) {
      return () => true;
    }
    const original = this.originalNamespaces.has(namespace);
    return resource => {
      const id = original ? resource.originalId() : resource.currentId();
      return !id.clusterScoped && id.effectiveNamespace === namespace;
    };
  }

  private find(
    name: string,
    rule: Rule,
    allowed: (resource: Resource) => boolean,
    identity: (resource: Resource) => string,
  ): Resource | undefined {
    let candidates = (this.byFormerName.get(name) ?? []).filter(
      candidate =>
        this.sees(candidate) &&
        allowed(candidate) &&
        candidate.previousIds.some(id => isSelected(id, rule.target)) &&
        this.fitsRoleRef(candidate, rule) &&
        this.sharesNamespace(candidate),
    );
    if (candidates.length <= 1) {
      return candidates[0];
    }
    candidates = candidates.filter(other => this.sharesAffixes(other, true));
    if (candidates.length > 1) {
      candidates = candidates.filter(other => this.sharesAffixes(other, false));
    }
    if (candidates.length <= 1) {
      return candidates[0];
    }
    const first = identity(candidates[0]);
    if (candidates.every(candidate => identity(candidate) === first)) {
      return candidates[0];
    }
    throw new KustomizeError({
      code: 'ambiguous',
      problem: `a reference could mean ${candidates
        .map(candidate => formatId(candidate.currentId()))
        .join(', ')}`,
      field: rule.path,
      object: formatId(this.resource.currentId()),
    });
  }

  private sees(candidate: Resource): boolean {
    const own = this.resource.currentId();
    const id = candidate.currentId();
    return (
      own.clusterScoped ||
      id.clusterScoped ||
      own.effectiveNamespace === id.effectiveNamespace ||
      this.subjectNamespaces.has(candidate.namespace)
    );
  }

  private sharesNamespace(candidate: Resource): boolean {
    const own = this.resource.currentId();
    const id = candidate.currentId();
    return (
      own.clusterScoped ||
      id.clusterScoped ||
      candidate.kind === 'ServiceAccount' ||
      own.effectiveNamespace === id.effectiveNamespace
    );
  }

  /** A role reference names the kind it means. */
  private fitsRoleRef(candidate: Resource, rule: Rule): boolean {
    if (!rule.path.endsWith('roleRef/name')) {
      return true;
    }
    const roleRef = getField(this.resource.node, 'roleRef');
    const group = getField(roleRef, 'apiGroup');
    const kind = getField(roleRef, 'kind');
    if (group === undefined || kind === undefined) {
      return true;
    }
    const gvk = { group: textOf(group), kind: textOf(kind) };
    return candidate.previousIds.some(id => isSelected(id, gvk));
  }

  private sharesAffixes(other: Resource, allowEmpty: boolean): boolean {
    const same = (a: readonly string[], b: readonly string[]) =>
      (allowEmpty && (a.length === 0 || b.length === 0)) || sameEnding(a, b);
    return (
      same(this.resource.prefixes, other.prefixes) &&
      same(this.resource.suffixes, other.suffixes)
    );
  }
}

/**
 * Renames references to resources whose names have changed. Only resources
 * that once had the referred name are looked at, found through an index by
 * former name: the cost is that of the references, not of all pairs.
 *
 * @throws KustomizeError `ambiguous`
 */
export function fixNameReferences(
  resources: ResourceList,
  references: readonly NameReference[],
): void {
  // Also where nothing was renamed: references that have no name are errors.
  const byFormerName = indexFormerNames(resources);
  const rules = indexRules(references);
  const byKind = new Map<string, readonly Rule[]>();
  const rulesFor = (gvk: GroupVersionKind): readonly Rule[] => {
    const key = `${gvk.kind}\n${gvk.group}\n${gvk.version}`;
    let applicable = byKind.get(key);
    if (!applicable) {
      applicable = [
        ...(rules.get(gvk.kind) ?? []),
        ...(rules.get('') ?? []),
      ].filter(rule => isSelected(gvk, rule.referrer));
      byKind.set(key, applicable);
    }
    return applicable;
  };
  const originalNamespaces = new Set(
    [...resources].map(resource => resource.originalId().effectiveNamespace),
  );
  for (const resource of resources) {
    const applicable = rulesFor(resource.originalId());
    if (applicable.length === 0) {
      continue;
    }
    const referrer = new Referrer(resource, byFormerName, originalNamespaces);
    for (const rule of applicable) {
      rule.visitor.visit(resource, slot => referrer.fix(slot, rule));
    }
  }
  resources.changed();
}

function indexFormerNames(resources: ResourceList): Map<string, Resource[]> {
  const index = new Map<string, Resource[]>();
  for (const resource of resources) {
    for (const name of new Set(resource.previousIds.map(id => id.name))) {
      const list = index.get(name);
      if (list) {
        list.push(resource);
      } else {
        index.set(name, [resource]);
      }
    }
  }
  return index;
}

function indexRules(references: readonly NameReference[]): Map<string, Rule[]> {
  const index = new Map<string, Rule[]>();
  for (const { fieldSpecs, ...target } of references) {
    for (const { path, create: _, ...referrer } of fieldSpecs) {
      const kind = referrer.kind ?? '';
      const list = index.get(kind) ?? [];
      const visitor = new FieldVisitor([{ path }], 'none');
      list.push({ path, referrer, target, visitor });
      index.set(kind, list);
    }
  }
  return index;
}

/** The shorter list is the end of the longer one. */
function sameEnding(a: readonly string[], b: readonly string[]): boolean {
  const length = Math.min(a.length, b.length);
  if (length === 0) {
    return a.length === b.length;
  }
  for (let i = 1; i <= length; i++) {
    if (a[a.length - i] !== b[b.length - i]) {
      return false;
    }
  }
  return true;
}

/** Service accounts of other namespaces that a role binding refers to. */
function subjectNamespaces(resource: Resource): ReadonlySet<string> {
  const result = new Set<string>();
  const subjects = getField(resource.node, 'subjects');
  if (resource.kind === 'RoleBinding' && Array.isArray(subjects)) {
    for (const subject of subjects) {
      const namespace = getField(subject, 'namespace');
      if (
        namespace !== undefined &&
        textOf(getField(subject, 'kind')) === 'ServiceAccount'
      ) {
        if (typeof namespace !== 'string') {
          throw new KustomizeError({
            code: 'wrong-type',
            problem: 'the namespace of a service account is not a string',
            field: 'subjects',
            object: formatId(resource.currentId()),
          });
        }
        result.add(namespace);
      }
    }
  }
  return result;
}
