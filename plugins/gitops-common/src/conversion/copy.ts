import { isJsonObject, setOwn } from '@backstage-gitops/kubernetes-yaml';
import { JsonObject } from '../objects';

/** A deep copy of plain data; `__proto__` stays a key like any other. */
export function copy<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copy) as T;
  if (!isJsonObject(value)) return value;
  const result: JsonObject = {};
  for (const [key, child] of Object.entries(value)) {
    setOwn(result, key, copy(child));
  }
  return result as T;
}
