import type { JsonObject, JsonValue } from '../json/value';
import { asArray, asObject, asString, isObject } from '../json/value';

/** Whether labels are selected by a LabelSelector; an empty selector selects all, none selects nothing. */
export function selects(
  selector: JsonValue | undefined,
  labels: JsonObject,
): boolean {
  if (!isObject(selector)) return false;
  return (
    matchesAll(asObject(selector.matchLabels), labels) &&
    asArray(selector.matchExpressions)
      .filter(isObject)
      .every(expression => meets(expression, labels))
  );
}

/** Whether labels have all given values, as a Service's selector asks. */
export function matchesAll(wanted: JsonObject, labels: JsonObject): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

function meets(expression: JsonObject, labels: JsonObject): boolean {
  const key = asString(expression.key) ?? '';
  const values = asArray(expression.values);
  const has = Object.hasOwn(labels, key);
  switch (expression.operator) {
    case 'In':
      return has && values.includes(labels[key] ?? null);
    case 'NotIn':
      return !has || !values.includes(labels[key] ?? null);
    case 'Exists':
      return has;
    case 'DoesNotExist':
      return !has;
    default:
      return false;
  }
}
