import type { JsonObject, JsonValue } from '../json/value';
import { asArray, asObject, asString, at, isObject } from '../json/value';
import type { ObjectStore } from '../storage/objectStore';
import type { User } from './user';
import { MASTERS } from './user';

/** What is to be decided. */
export interface AccessRequest {
  verb: string;
  /** Set for requests to resources. */
  group?: string;
  resource?: string;
  subresource?: string;
  namespace?: string;
  name?: string;
  /** Set for other requests. */
  path?: string;
}

const RBAC = 'rbac.authorization.k8s.io';
const PUBLIC_PATHS = ['/healthz', '/livez', '/readyz', '/version'];
const DISCOVERY_PATHS = ['/api', '/apis', '/openapi'];

/** Evaluates RBAC over the stored roles and bindings (Kubernetes 1.34). */
export class Authorizer {
  constructor(private readonly store: ObjectStore) {}

  /** Whether a user may do something. */
  allows(user: User, request: AccessRequest): boolean {
    if (user.groups.includes(MASTERS)) return true;
    if (request.path !== undefined && isOpenPath(user, request.path)) {
      return true;
    }
    for (const rule of this.rulesOf(user, request.namespace ?? '')) {
      if (ruleAllows(rule, request)) return true;
    }
    return (
      this.isSelfReview(request) && user.groups.includes('system:authenticated')
    );
  }

  /** All rules that apply to a user in a namespace and in the cluster. */
  *rulesOf(user: User, namespace: string): Iterable<JsonObject> {
    for (const binding of this.store.list(`${RBAC}/clusterrolebindings`)) {
      if (bindsUser(binding, user, '')) {
        yield* this.rulesOfRole(asObject(binding.roleRef), '');
      }
    }
    if (!namespace) return;
    for (const binding of this.store.list(`${RBAC}/rolebindings`, namespace)) {
      if (bindsUser(binding, user, namespace)) {
        yield* this.rulesOfRole(asObject(binding.roleRef), namespace);
      }
    }
  }

  private rulesOfRole(roleRef: JsonObject, namespace: string): JsonObject[] {
    const isClusterRole = roleRef.kind === 'ClusterRole';
    const role = this.store.get({
      storage: `${RBAC}/${isClusterRole ? 'clusterroles' : 'roles'}`,
      namespace: isClusterRole ? '' : namespace,
      name: asString(roleRef.name) ?? '',
    });
    if (!role) return [];
    const selectors = asArray(
      at(role, 'aggregationRule', 'clusterRoleSelectors'),
    ).filter(isObject);
    const aggregated = selectors.flatMap(selector =>
      this.store
        .list(`${RBAC}/clusterroles`)
        .filter(candidate => matchesLabels(candidate, selector))
        .flatMap(candidate => asArray(candidate.rules)),
    );
    return [...asArray(role.rules), ...aggregated].filter(isObject);
  }

  private isSelfReview({ group, resource, verb }: AccessRequest): boolean {
    return (
      verb === 'create' &&
      (group === 'authorization.k8s.io' || group === 'authentication.k8s.io') &&
      (resource ?? '').startsWith('self')
    );
  }
}

function isOpenPath(user: User, path: string): boolean {
  if (PUBLIC_PATHS.some(open => path === open || path.startsWith(`${open}/`))) {
    return true;
  }
  return (
    user.groups.includes('system:authenticated') &&
    DISCOVERY_PATHS.some(open => path === open || path.startsWith(`${open}/`))
  );
}

function matchesLabels(object: JsonObject, selector: JsonObject): boolean {
  const labels = asObject(at(object, 'metadata', 'labels'));
  return Object.entries(asObject(selector.matchLabels)).every(
    ([key, value]) => labels[key] === value,
  );
}

function bindsUser(
  binding: JsonObject,
  user: User,
  namespace: string,
): boolean {
  return asArray(binding.subjects)
    .filter(isObject)
    .some(subject => {
      switch (subject.kind) {
        case 'User':
          return subject.name === user.name;
        case 'Group':
          return user.groups.includes(String(subject.name));
        case 'ServiceAccount':
          return (
            user.name ===
            `system:serviceaccount:${asString(subject.namespace) ?? namespace}:${String(subject.name)}`
          );
        default:
          return false;
      }
    });
}

function ruleAllows(rule: JsonObject, request: AccessRequest): boolean {
  if (!has(rule.verbs, request.verb)) return false;
  if (request.path !== undefined) {
    return asArray(rule.nonResourceURLs).some(url => {
      const text = String(url);
      return (
        text === '*' ||
        text === request.path ||
        (text.endsWith('*') && request.path!.startsWith(text.slice(0, -1)))
      );
    });
  }
  const resource = request.subresource
    ? `${request.resource}/${request.subresource}`
    : (request.resource ?? '');
  const names = asArray(rule.resourceNames);
  return (
    has(rule.apiGroups, request.group ?? '') &&
    (has(rule.resources, resource) ||
      (request.subresource !== undefined &&
        request.subresource !== '' &&
        asArray(rule.resources).includes(`*/${request.subresource}`))) &&
    (names.length === 0 || names.includes(request.name ?? ''))
  );
}

function has(list: JsonValue | undefined, value: string): boolean {
  const values = asArray(list);
  return values.includes('*') || values.includes(value);
}

/** Why a request is refused, in the API server's words. */
export function denial(user: User, request: AccessRequest): string {
  const who = `User ${JSON.stringify(user.name)} cannot ${request.verb}`;
  if (request.path !== undefined) {
    return `${who} path ${JSON.stringify(request.path)}`;
  }
  const resource = request.subresource
    ? `${request.resource}/${request.subresource}`
    : request.resource;
  const where = request.namespace
    ? `in the namespace ${JSON.stringify(request.namespace)}`
    : 'at the cluster scope';
  return `${who} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(request.group ?? '')} ${where}`;
}
