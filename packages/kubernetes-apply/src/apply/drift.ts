import {
  isJsonObject,
  stringifyJson,
  type JsonObject,
  type JsonValue,
  type KubernetesObject,
} from '@backstage-gitops/kubernetes-yaml';

/**
 * True where a dry run would change the live object: its labels, annotations
 * or anything but metadata and status. (fluxcd/pkg ssa, Flux 2.9.)
 */
export function hasDrifted(
  live: KubernetesObject,
  dryRun: KubernetesObject,
): boolean {
  return (
    !isEqual(live.metadata.labels ?? {}, dryRun.metadata.labels ?? {}) ||
    !isEqual(
      live.metadata.annotations ?? {},
      dryRun.metadata.annotations ?? {},
    ) ||
    !isEqual(comparable(live), comparable(dryRun))
  );
}

function comparable(object: KubernetesObject): JsonObject {
  const { metadata: _, status: __, ...rest } = object;
  const plain = rest as JsonObject;
  const spec = plain.spec;
  if (
    object.kind === 'HorizontalPodAutoscaler' &&
    isJsonObject(spec) &&
    Array.isArray(spec.metrics)
  ) {
    // The API server reorders and repeats them.
    const metrics = new Map(
      spec.metrics.map(m => [stringifyJson(m, { sortKeys: true }), m]),
    );
    const sorted = [...metrics.keys()].sort().map(key => metrics.get(key)!);
    return { ...plain, spec: { ...spec, metrics: sorted } };
  }
  return plain;
}

/** Deep equality of plain data; absent and `undefined` are the same. */
export function isEqual(
  a: JsonValue | undefined,
  b: JsonValue | undefined,
): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, i) => isEqual(item, b[i]));
  }
  if (isJsonObject(a) && isJsonObject(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...keys].every(key =>
      isEqual(
        Object.hasOwn(a, key) ? a[key] : undefined,
        Object.hasOwn(b, key) ? b[key] : undefined,
      ),
    );
  }
  return false;
}
