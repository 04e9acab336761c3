import type { Frame } from '../execute/Frame';
import { GoNil, GoPointer, GoTyped } from '../values/GoObject';
import { typeOf } from '../values/inspect';
import { ANY, canBeNil, GoType, isAssignable, VALUE } from '../values/GoType';

/**
 * The value as an argument of the type: nil is `null`, named maps and lists
 * become plain ones where a plain type is wanted.
 */
export function validate(frame: Frame, value: unknown, type: GoType): unknown {
  if (type === VALUE) {
    return value;
  }
  if (value === undefined) {
    if (canBeNil(type)) {
      return null;
    }
    throw frame.fail(`invalid value; expected ${type.name}`);
  }
  if (type === ANY) {
    return value;
  }
  const actual = typeOf(value);
  if (isAssignable(actual, type)) {
    if (value instanceof GoNil && type.kind !== 'interface') {
      return null;
    }
    return value instanceof GoTyped &&
      actual.name !== type.name &&
      type.kind !== 'interface'
      ? value.value
      : value;
  }
  if (
    value instanceof GoPointer &&
    value.type.elem &&
    isAssignable(value.type.elem, type)
  ) {
    return value.target;
  }
  throw frame.fail(
    `wrong type for value; expected ${type.name}; got ${actual.name}`,
  );
}
