import type { JsonObject } from '../json/value';
import { asArray, asObject, asString, at, isObject } from '../json/value';
import type { ResourceVersion } from '../kinds/resource';
import type { ObjectStore } from '../storage/objectStore';
import type { AdmissionRequest } from './admission';
import { selectsLabels } from './labelSelection';

// What configures admission is not subject to it.
const EXEMPT = new Set([
  'mutatingwebhookconfigurations',
  'validatingwebhookconfigurations',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
]);

/**
 * The version in which a webhook (or a policy) wants to see a write; undefined
 * for one that it does not ask for (apiserver 0.34, `webhook/generic`).
 */
export function matchedVersion(
  rules: JsonObject[],
  matchPolicy: string | undefined,
  { target, operation }: AdmissionRequest,
): ResourceVersion | undefined {
  const { resource, version } = target;
  if (
    resource.group === 'admissionregistration.k8s.io' &&
    EXEMPT.has(resource.plural)
  ) {
    return undefined;
  }
  const subject = target.subresource
    ? `${resource.plural}/${target.subresource}`
    : resource.plural;
  const fits = (rule: JsonObject, name: string) =>
    includes(rule.operations, operation) &&
    includes(rule.apiGroups, resource.group) &&
    includes(rule.apiVersions, name) &&
    hasResource(rule.resources, subject) &&
    hasScope(rule.scope, resource.namespaced);
  if (rules.some(rule => fits(rule, version.name))) return version;
  if (matchPolicy === 'Exact') return undefined;
  return resource.versions.find(
    other => other.served && rules.some(rule => fits(rule, other.name)),
  );
}

/** Whether the selectors of a webhook or a policy select a write. */
export function isSelected(
  { namespaceSelector, objectSelector }: JsonObject,
  request: AdmissionRequest,
  store: ObjectStore,
): boolean {
  const labelsOf = (object: JsonObject | undefined) =>
    asObject(at(object, 'metadata', 'labels'));
  const { target, object, oldObject } = request;
  const isNamespace =
    target.resource.kind === 'Namespace' && !target.resource.custom;
  if (target.resource.namespaced || isNamespace) {
    const namespace = isNamespace
      ? (object ?? oldObject)
      : store.get({
          storage: '/namespaces',
          namespace: '',
          name: target.namespace,
        });
    if (!selectsLabels(namespaceSelector, labelsOf(namespace))) return false;
  }
  const candidates = [object, oldObject].filter(isObject);
  return candidates.some(candidate =>
    selectsLabels(objectSelector, labelsOf(candidate)),
  );
}

function includes(list: unknown, value: string): boolean {
  const values = asArray(list as never).map(String);
  return values.includes('*') || values.includes(value);
}

function hasScope(scope: unknown, namespaced: boolean): boolean {
  if (scope === undefined || scope === '*') return true;
  return scope === (namespaced ? 'Namespaced' : 'Cluster');
}

function hasResource(list: unknown, subject: string): boolean {
  const [plural, subresource] = subject.split('/');
  return asArray(list as never).some(entry => {
    const pattern = asString(entry) ?? '';
    if (pattern === '*/*') return true;
    if (pattern === '*') return subresource === undefined;
    const [left, right] = pattern.split('/');
    return (
      (left === '*' || left === plural) &&
      (right === subresource || (right === '*' && left === plural))
    );
  });
}
