import type { JsonObject, JsonValue } from '../json/value';
import { asArray, asObject, asString, at, isObject } from '../json/value';
import { addQuantities } from '../kinds/quantity';
import type { Resource } from '../kinds/resource';

/** Amounts by resource name, such as `pods`, `requests.cpu`, `count/jobs.batch`. */
export type Usage = Record<string, string>;

/** Core resources that quotas count by their plural alone. */
const COUNTED = new Set([
  'configmaps',
  'persistentvolumeclaims',
  'pods',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'services',
]);

/** The name under which `count/…` quotas count a resource. */
export function countName({
  group,
  plural,
}: Pick<Resource, 'group' | 'plural'>) {
  return `count/${group ? `${plural}.${group}` : plural}`;
}

/** What one object uses (Kubernetes 1.34, `pkg/quota/v1/evaluator`). */
export function usageOf(
  resource: Pick<Resource, 'group' | 'plural'>,
  object: JsonObject,
): Usage {
  const usage: Usage = { [countName(resource)]: '1' };
  if (resource.group !== '') return usage;
  if (resource.plural === 'pods') {
    const phase = at(object, 'status', 'phase');
    if (phase === 'Succeeded' || phase === 'Failed') return usage;
    return add({ ...usage, pods: '1' }, podUsage(object));
  }
  if (COUNTED.has(resource.plural)) usage[resource.plural] = '1';
  if (resource.plural === 'services') {
    const type = at(object, 'spec', 'type');
    const ports = asArray(at(object, 'spec', 'ports')).length;
    const isBalanced = type === 'LoadBalancer';
    usage['services.loadbalancers'] = isBalanced ? '1' : '0';
    usage['services.nodeports'] =
      type === 'NodePort' || isBalanced ? String(ports) : '0';
  }
  if (resource.plural === 'persistentvolumeclaims') {
    usage['requests.storage'] =
      asString(at(object, 'spec', 'resources', 'requests', 'storage')) ?? '0';
  }
  return usage;
}

function podUsage(pod: JsonObject): Usage {
  let usage: Usage = {};
  for (const container of containersOf(pod)) {
    const { requests, limits } = asObject(container.resources);
    const amounts: Usage = {};
    for (const [name, amount] of Object.entries(asObject(requests))) {
      amounts[`requests.${name}`] = String(amount);
      if (name === 'cpu' || name === 'memory') amounts[name] = String(amount);
    }
    for (const [name, amount] of Object.entries(asObject(limits))) {
      amounts[`limits.${name}`] = String(amount);
    }
    usage = add(usage, amounts);
  }
  return usage;
}

function containersOf(pod: JsonObject): JsonObject[] {
  return asArray(at(pod, 'spec', 'containers')).filter(isObject);
}

/** The sum of two usages. */
export function add(left: Usage, right: Usage): Usage {
  const result = { ...left };
  for (const [name, amount] of Object.entries(right)) {
    result[name] =
      result[name] === undefined ? amount : addQuantities(result[name], amount);
  }
  return result;
}

/**
 * What a pod leaves open that a quota counts: `cpu` without a request of each
 * container cannot be counted. Empty when nothing is missing.
 */
export function unspecified(pod: JsonObject, hard: JsonObject): string {
  const missing: string[] = [];
  for (const name of Object.keys(hard).sort()) {
    const [prefix, resource] = /^(requests|limits)\.(cpu|memory)$/.test(name)
      ? name.split('.')
      : ['requests', name];
    if (resource !== 'cpu' && resource !== 'memory') continue;
    const names = containersOf(pod)
      .filter(container => !amountOf(container, prefix, resource))
      .map(container => String(container.name));
    if (names.length > 0) missing.push(`${name} for: ${names.join(',')}`);
  }
  return missing.join('; ');
}

function amountOf(
  container: JsonObject,
  prefix: string,
  resource: string,
): JsonValue | undefined {
  return at(container, 'resources', prefix, resource);
}
