import {
  getOwn,
  isJsonObject,
  JsonObject,
  JsonValue,
} from '@backstage-gitops/kubernetes-yaml';
import { Frame, Unevaluated, Visitor } from './Frame';
import { push } from './keywords';
import { Violation } from './Violation';

/** Keywords for what no other keyword has looked at. */
export function checkUnevaluated(
  visitor: Visitor,
  frame: Frame,
  schema: JsonObject,
  found: Violation[],
): void {
  const { value, unevaluated } = frame;
  const names = getOwn(schema, 'unevaluatedProperties');
  if (names !== undefined && isJsonObject(value)) {
    for (const name of unevaluated.names ?? []) {
      push(found, visitor.visitInner(frame, name, value[name], names));
    }
    unevaluated.names = undefined;
  }
  const items = getOwn(schema, 'unevaluatedItems');
  if (items !== undefined && Array.isArray(value)) {
    for (const i of unevaluated.indices ?? []) {
      push(found, visitor.visitInner(frame, String(i), value[i], items));
    }
    unevaluated.indices = undefined;
  }
}

/** What is to be looked at, where somebody asks. */
export function unevaluatedOf(
  visitor: Visitor,
  value: JsonValue,
  schema: JsonValue,
  wanted: boolean,
): Unevaluated {
  const has = (key: string) =>
    isJsonObject(schema) && getOwn(schema, key) !== undefined;
  if (isJsonObject(value)) {
    const needed = wanted || has('unevaluatedProperties');
    if (!needed || has('additionalProperties')) {
      return {};
    }
    const names = Object.keys(value);
    visitor.step(names.length);
    return { names: new Set(names) };
  }
  if (!Array.isArray(value) || !(wanted || has('unevaluatedItems'))) {
    return {};
  }
  const from = evaluatedItems(visitor, schema);
  visitor.step(value.length);
  const indices = [...value.keys()].filter(i => i >= from);
  return indices.length > 0 ? { indices: new Set(indices) } : {};
}

/** How many items the keywords for items look at. */
function evaluatedItems(visitor: Visitor, schema: JsonValue): number {
  if (!isJsonObject(schema)) {
    return 0;
  }
  const items = getOwn(schema, 'items');
  const isNew = visitor.document.resourceOf(schema).draft >= 2020;
  const first = isNew ? getOwn(schema, 'prefixItems') : items;
  const all = isNew
    ? items !== undefined
    : isJsonObject(items) ||
      typeof items === 'boolean' ||
      (Array.isArray(items) && getOwn(schema, 'additionalItems') !== undefined);
  if (all) {
    return Infinity;
  }
  return Array.isArray(first) ? first.length : 0;
}

export function isDone({ names, indices }: Unevaluated): boolean {
  return !names?.size && !indices?.size;
}

export function keepCommon<T>(
  own: Set<T> | undefined,
  other: Set<T> | undefined,
) {
  for (const item of own ?? []) {
    if (!other?.has(item)) {
      own!.delete(item);
    }
  }
}
