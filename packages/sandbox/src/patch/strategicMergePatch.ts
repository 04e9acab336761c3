import type { SchemaNode } from '@backstage-gitops/kubernetes-schema';
import type { JsonObject, JsonValue } from '../json/value';
import { asArray, equal, isObject, member, setMember } from '../json/value';

const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const ELEMENT_ORDER = '$setElementOrder/';
const DELETE_FROM_LIST = '$deleteFromPrimitiveList/';

/**
 * Applies a strategic merge patch by the types of a built-in kind
 * (apimachinery 0.34, `strategicpatch`): lists merge by their patch merge key,
 * with the directives `$patch`, `$retainKeys`, `$setElementOrder` and
 * `$deleteFromPrimitiveList`.
 */
export function applyStrategicMergePatch(
  node: SchemaNode | undefined,
  target: JsonObject,
  patch: JsonObject,
): JsonObject {
  return mergeObject(node, target, patch) ?? {};
}

function mergeObject(
  node: SchemaNode | undefined,
  target: JsonObject,
  patch: JsonObject,
): JsonObject | undefined {
  const directive = patch[DIRECTIVE];
  if (directive === 'delete') return undefined;
  if (directive === 'replace') return withoutDirectives(patch);
  const result: JsonObject = { ...target };
  if (Array.isArray(patch[RETAIN_KEYS])) {
    const kept = new Set(patch[RETAIN_KEYS].map(String));
    for (const name of Object.keys(result)) {
      if (!kept.has(name)) delete result[name];
    }
  }
  for (const [name, value] of Object.entries(patch)) {
    if (name.startsWith('$') || value === undefined) continue;
    if (value === null) {
      delete result[name];
      continue;
    }
    const merged = mergeMember(node?.field(name), member(result, name), value);
    if (merged === undefined) delete result[name];
    else setMember(result, name, merged);
  }
  for (const [directiveName, value] of Object.entries(patch)) {
    if (directiveName.startsWith(DELETE_FROM_LIST)) {
      const name = directiveName.slice(DELETE_FROM_LIST.length);
      const removed = asArray(value);
      result[name] = asArray(result[name]).filter(
        item => !removed.some(entry => equal(entry, item)),
      );
    }
  }
  for (const [directiveName, value] of Object.entries(patch)) {
    if (directiveName.startsWith(ELEMENT_ORDER)) {
      const name = directiveName.slice(ELEMENT_ORDER.length);
      const current = member(result, name);
      if (Array.isArray(current)) {
        result[name] = inOrder(
          current,
          asArray(value),
          node?.field(name)?.patchMergeKey,
        );
      }
    }
  }
  return result;
}

function mergeMember(
  node: SchemaNode | undefined,
  target: JsonValue | undefined,
  patch: JsonValue,
): JsonValue | undefined {
  if (isObject(patch)) {
    const replaces = node?.patchStrategy?.includes('replace');
    return mergeObject(
      node,
      isObject(target) && !replaces ? target : {},
      patch,
    );
  }
  if (Array.isArray(patch)) {
    return node?.patchStrategy?.includes('merge')
      ? mergeList(node, asArray(target), patch)
      : patch.filter(item => !(isObject(item) && DIRECTIVE in item));
  }
  return patch;
}

function mergeList(
  node: SchemaNode,
  target: JsonValue[],
  patch: JsonValue[],
): JsonValue[] {
  const key = node.patchMergeKey;
  if (!key) {
    const added = patch.filter(
      item => !target.some(entry => equal(entry, item)),
    );
    return [...target, ...added];
  }
  const replaces = patch.some(
    item =>
      isObject(item) &&
      item[DIRECTIVE] === 'replace' &&
      item[key] === undefined,
  );
  let result: JsonValue[] = replaces ? [] : [...target];
  for (const item of patch) {
    if (!isObject(item) || (replaces && DIRECTIVE in item)) continue;
    const matches = (entry: JsonValue) =>
      isObject(entry) && equal(entry[key], item[key]);
    if (item[DIRECTIVE] === 'delete') {
      result = result.filter(entry => !matches(entry));
      continue;
    }
    const index = result.findIndex(matches);
    const existing = result[index];
    const merged = mergeObject(
      node.element,
      isObject(existing) ? existing : {},
      item,
    );
    if (index < 0) result.push(merged ?? {});
    else if (merged) result[index] = merged;
    else result.splice(index, 1);
  }
  return result;
}

/** Entries that the order names in that order; others stay behind the one they followed. */
function inOrder(
  current: JsonValue[],
  order: JsonValue[],
  key: string | undefined,
): JsonValue[] {
  const identity = (item: JsonValue) =>
    key && isObject(item) ? (item[key] ?? null) : item;
  const rank = (item: JsonValue) =>
    order.findIndex(entry => equal(identity(entry), identity(item)));
  const named = current
    .filter(item => rank(item) >= 0)
    .sort((a, b) => rank(a) - rank(b));
  const result: JsonValue[] = [...named];
  current.forEach((item, index) => {
    if (rank(item) >= 0) return;
    const before = index > 0 ? result.indexOf(current[index - 1]) : -1;
    result.splice(before + 1, 0, item);
  });
  return result;
}

function withoutDirectives(patch: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(patch).filter(([name]) => !name.startsWith('$')),
  );
}
