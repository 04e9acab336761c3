import {
  setOwn,
  type JsonObject,
  type JsonValue,
  type KubernetesObject,
} from '@backstage-gitops/kubernetes-yaml';

/** A deep copy of an object's plain data; `undefined` fields are left out. */
export function cloneObject(object: KubernetesObject): KubernetesObject {
  return clone(object as JsonObject) as KubernetesObject;
}

function clone(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(clone);
  if (typeof value !== 'object' || value === null) return value;
  const copy: JsonObject = {};
  for (const [key, child] of Object.entries(value)) {
    if (child !== undefined) setOwn(copy, key, clone(child));
  }
  return copy;
}
