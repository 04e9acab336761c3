import { goInt64, GoMap, isMap } from '@backstage-gitops/go-template';
import { setOwn } from '@backstage-gitops/kubernetes-yaml';

/**
 * An object of a cluster as Go's client reads it: integers are `int64`, other
 * numbers `float64`.
 */
export function jsonToValue(value: unknown): unknown {
  if (typeof value === 'bigint' || Number.isInteger(value)) {
    return goInt64(value as number | bigint);
  }
  if (Array.isArray(value)) {
    return value.map(jsonToValue);
  }
  if (typeof value !== 'object' || !isMap(value)) {
    return value;
  }
  const table: GoMap = {};
  for (const key of Object.keys(value)) {
    setOwn(table, key, jsonToValue(value[key]));
  }
  return table;
}
