import type { JsonObject, JsonValue } from '../json/value';
import { isObject, member, setMember } from '../json/value';

/** Applies a JSON merge patch (RFC 7386). */
export function applyMergePatch(
  target: JsonValue | undefined,
  patch: JsonValue,
): JsonValue {
  if (!isObject(patch)) return patch;
  const result: JsonObject = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else if (value !== undefined) {
      setMember(result, name, applyMergePatch(member(result, name), value));
    }
  }
  return result;
}
