import { forbidden } from '../api/apiError';
import type { JsonObject } from '../json/value';
import { asArray, asObject, asString, at, isObject } from '../json/value';
import { compareQuantities } from '../kinds/quantity';
import type { Target } from '../objects/writeRequest';
import type { ObjectStore } from '../storage/objectStore';

const ANNOTATION = 'kubernetes.io/limit-ranger';

/**
 * Gives the containers of a new Pod the defaults of the LimitRanges of its
 * namespace, and refuses what is beyond their limits (Kubernetes 1.34,
 * `plugin/limitranger`). Limits of whole Pods, claims and ratios are not
 * looked at.
 *
 * @throws ApiError 403
 */
export function applyLimitRanges(
  store: ObjectStore,
  target: Target,
  pod: JsonObject,
): JsonObject {
  const { resource, namespace, name } = target;
  if (resource.group !== '' || resource.plural !== 'pods') return pod;
  const limits = store
    .list('/limitranges', namespace)
    .flatMap(range => asArray(at(range, 'spec', 'limits')).filter(isObject))
    .filter(({ type }) => type === 'Container');
  if (limits.length === 0) return pod;
  const notes: string[] = [];
  const problems: string[] = [];
  const containers = asArray(at(pod, 'spec', 'containers'))
    .filter(isObject)
    .map(container => {
      const limited = withDefaults(container, limits, notes);
      for (const limit of limits) problems.push(...excess(limited, limit));
      return limited;
    });
  if (problems.length > 0) {
    const why =
      problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`;
    throw forbidden({ group: '', resource: 'pods', name }, why);
  }
  const metadata = asObject(pod.metadata);
  const annotations =
    notes.length > 0
      ? {
          annotations: {
            ...asObject(metadata.annotations),
            [ANNOTATION]: `LimitRanger plugin set: ${notes.join('; ')}`,
          },
        }
      : {};
  return {
    ...pod,
    metadata: { ...metadata, ...annotations },
    spec: { ...asObject(pod.spec), containers },
  };
}

function withDefaults(
  container: JsonObject,
  limits: JsonObject[],
  notes: string[],
): JsonObject {
  const resources = { ...asObject(container.resources) };
  for (const [kind, source] of [
    ['requests', 'defaultRequest'],
    ['limits', 'default'],
  ] as const) {
    const amounts = { ...asObject(resources[kind]) };
    const added: string[] = [];
    for (const limit of limits) {
      for (const [name, amount] of Object.entries(asObject(limit[source]))) {
        if (amounts[name] !== undefined) continue;
        amounts[name] = amount;
        added.push(name);
      }
    }
    if (added.length === 0) continue;
    resources[kind] = amounts;
    notes.push(
      `${added.sort().join(', ')} ${kind.slice(0, -1)} for container ${String(container.name)}`,
    );
  }
  return { ...container, resources };
}

function excess(container: JsonObject, limit: JsonObject): string[] {
  const { requests, limits } = asObject(container.resources);
  const problems: string[] = [];
  for (const [name, least] of Object.entries(asObject(limit.min))) {
    const amount = asString(asObject(requests)[name]);
    if (amount === undefined) {
      problems.push(
        `minimum ${name} usage per Container is ${String(least)}.  No request is specified`,
      );
    } else if (compareQuantities(amount, String(least)) < 0) {
      problems.push(
        `minimum ${name} usage per Container is ${String(least)}, but request is ${amount}`,
      );
    }
  }
  for (const [name, most] of Object.entries(asObject(limit.max))) {
    const amount = asString(asObject(limits)[name]);
    if (amount === undefined) {
      problems.push(
        `maximum ${name} usage per Container is ${String(most)}.  No limit is specified`,
      );
    } else if (compareQuantities(amount, String(most)) > 0) {
      problems.push(
        `maximum ${name} usage per Container is ${String(most)}, but limit is ${amount}`,
      );
    }
  }
  return problems;
}
