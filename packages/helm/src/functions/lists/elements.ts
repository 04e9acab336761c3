import {
  elementsOf,
  GoError,
  GoNil,
  ANY_SLICE,
  kindOf,
} from '@backstage-gitops/go-template';

/** A nil `[]interface {}`, which JSON and YAML write as null. */
export const NIL_LIST = new GoNil(ANY_SLICE);

/**
 * The elements of an argument that is to be a list, of whichever type.
 *
 * @throws GoError where it is none; `describe` words that by its kind
 */
export function listElements(
  value: unknown,
  describe: (kind: string) => string,
): readonly unknown[] {
  if (Array.isArray(value)) {
    return value;
  }
  if (value === null) {
    throw new GoError(
      'runtime error: invalid memory address or nil pointer dereference',
    );
  }
  const elements = elementsOf(value);
  if (elements === undefined) {
    throw new GoError(describe(kindOf(value)));
  }
  return elements;
}
