import { JsonObject, JsonValue } from '@backstage-gitops/kubernetes-yaml';
import { SopsError } from './SopsError';

const SEPARATOR = /__(map|list)_/;
const MOST = 10_000;

/**
 * What was written in one level: `age__list_0__map_enc` is the field `enc` of the
 * first of `age`.
 *
 * @throws SopsError
 */
export function unflatten(
  entries: readonly (readonly [key: string, value: string])[],
): JsonObject {
  const root: JsonObject = {};
  for (const [key, value] of entries) {
    const [first, ...rest] = key.split(SEPARATOR);
    let holder: JsonObject | JsonValue[] = root;
    let step: string | number = first;
    for (let i = 0; i < rest.length; i += 2) {
      const isList = rest[i] === 'list';
      const next: JsonObject | JsonValue[] = ((
        holder as Record<string | number, JsonValue | undefined>
      )[step] ?? (isList ? [] : {})) as JsonObject | JsonValue[];
      if (typeof next !== 'object' || Array.isArray(next) !== isList) {
        throw bad();
      }
      put(holder, step, next);
      holder = next;
      step = isList ? Number(rest[i + 1]) : rest[i + 1];
    }
    put(holder, step, value);
  }
  return root;
}

function put(
  holder: JsonObject | JsonValue[],
  step: string | number,
  value: JsonValue,
): void {
  if (Array.isArray(holder)) {
    if (!Number.isInteger(step) || Number(step) < 0 || Number(step) > MOST) {
      throw bad();
    }
    holder[Number(step)] = value;
  } else {
    Object.defineProperty(holder, step, {
      value,
      ...{ enumerable: true, configurable: true, writable: true },
    });
  }
}

function bad(): SopsError {
  return new SopsError('SOPS_FORMAT', 'the metadata of sops is in disorder');
}
