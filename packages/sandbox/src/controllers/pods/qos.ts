import type { JsonObject } from '../../json/value';
import { asObject, at, equal } from '../../json/value';
import { objectsAt } from '../objects';

const RESOURCES = ['cpu', 'memory'];

/** A pod's quality of service class by the requests and limits of its containers. */
export function qosClass(pod: JsonObject): string {
  const containers = [
    ...objectsAt(pod, 'spec', 'containers'),
    ...objectsAt(pod, 'spec', 'initContainers'),
  ].map(container => ({
    requests: asObject(at(container, 'resources', 'requests')),
    limits: asObject(at(container, 'resources', 'limits')),
  }));
  const has = (values: JsonObject) =>
    RESOURCES.some(name => values[name] !== undefined);
  if (
    !containers.some(({ requests, limits }) => has(requests) || has(limits))
  ) {
    return 'BestEffort';
  }
  const isGuaranteed = containers.every(({ requests, limits }) =>
    RESOURCES.every(
      name =>
        limits[name] !== undefined &&
        (requests[name] === undefined || equal(requests[name], limits[name])),
    ),
  );
  return isGuaranteed ? 'Guaranteed' : 'Burstable';
}
