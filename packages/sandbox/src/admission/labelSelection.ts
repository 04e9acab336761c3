import type { JsonObject, JsonValue } from '../json/value';
import { asArray, asObject, asString, isObject } from '../json/value';

/** Whether a `LabelSelector` selects labels. An absent or empty one selects all. */
export function selectsLabels(
  selector: JsonValue | undefined,
  labels: JsonObject,
): boolean {
  const { matchLabels, matchExpressions } = asObject(selector);
  return (
    Object.entries(asObject(matchLabels)).every(
      ([key, value]) => labels[key] === value,
    ) &&
    asArray(matchExpressions)
      .filter(isObject)
      .every(expression => fits(expression, labels))
  );
}

function fits(expression: JsonObject, labels: JsonObject): boolean {
  const key = asString(expression.key) ?? '';
  const isPresent = Object.hasOwn(labels, key);
  const isListed = asArray(expression.values).includes(labels[key] ?? null);
  switch (expression.operator) {
    case 'In':
      return isPresent && isListed;
    case 'NotIn':
      return !isPresent || !isListed;
    case 'Exists':
      return isPresent;
    case 'DoesNotExist':
      return !isPresent;
    default:
      return false;
  }
}
