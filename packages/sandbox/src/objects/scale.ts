import { badRequest, noSuchPath } from '../api/apiError';
import { evaluateJsonPath } from '../api/jsonPath';
import type { JsonObject, JsonValue } from '../json/value';
import {
  asObject,
  asString,
  at,
  clone,
  ensureObject,
  isObject,
} from '../json/value';
import type { ObjectWriter } from './objectWriter';
import type { Target, WriteOptions } from './writeRequest';

/** The `Scale` (`autoscaling/v1`) of an object. @throws ApiError 404 */
export function readScale(writer: ObjectWriter, target: Target): JsonObject {
  return scaleOf(target, writer.read(target));
}

function scaleOf(target: Target, object: JsonObject): JsonObject {
  const { scale } = target.version;
  if (!scale) throw noSuchPath();
  const metadata = asObject(object.metadata);
  const read = (path: string) => evaluateJsonPath(path, object)[0];
  const kept: JsonObject = {};
  for (const name of [
    'name',
    'namespace',
    'uid',
    'resourceVersion',
    'creationTimestamp',
  ]) {
    if (metadata[name] !== undefined) kept[name] = metadata[name];
  }
  const selector = scale.labelSelectorPath
    ? selectorText(read(scale.labelSelectorPath))
    : undefined;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: kept,
    spec: { replicas: read(scale.specReplicasPath) ?? 0 },
    status: {
      replicas: read(scale.statusReplicasPath) ?? 0,
      ...(selector ? { selector } : {}),
    },
  };
}

/** Sets the replicas of an object through its `Scale`. @throws ApiError 400, 404, 409 */
export function writeScale(
  writer: ObjectWriter,
  target: Target,
  scale: JsonObject,
  options: WriteOptions,
): JsonObject {
  const paths = target.version.scale;
  if (!paths) throw noSuchPath();
  const live = writer.read(target);
  const replicas = at(scale, 'spec', 'replicas') ?? 0;
  if (typeof replicas !== 'number' || replicas < 0) {
    throw badRequest('spec.replicas must be a number of 0 or more');
  }
  const next = clone(live);
  const steps = paths.specReplicasPath.split('.').filter(Boolean);
  ensureObject(next, ...steps.slice(0, -1))[steps[steps.length - 1]] = replicas;
  const version = asString(at(scale, 'metadata', 'resourceVersion'));
  if (version) ensureObject(next, 'metadata').resourceVersion = version;
  return scaleOf(target, writer.update(target, live, next, options));
}

function selectorText(value: JsonValue | undefined): string | undefined {
  if (!isObject(value)) return asString(value);
  return Object.entries(asObject(value.matchLabels))
    .map(([key, label]) => `${key}=${String(label)}`)
    .sort()
    .join(',');
}
