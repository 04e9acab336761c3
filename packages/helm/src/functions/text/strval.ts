import {
  BYTES,
  decodeUtf8,
  elementsOf,
  formatFloat,
  GoNil,
  isBytes,
  isNil,
  sprint,
  STRING_SLICE,
  typeOf,
} from '@backstage-gitops/go-template';

/** Go's `%v`, without a printer for the values there are most of. */
export function show(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      return formatFloat(value);
    default:
      return sprint([value]);
  }
}

/**
 * How sprig 3.3 makes a text of a value: texts and bytes as they are, errors
 * and Stringers by their method, all else as `%v`.
 */
export function strval(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  if (isBytes(value)) {
    return decodeUtf8(value);
  }
  if (value instanceof GoNil && value.type.name === BYTES.name) {
    return '';
  }
  return show(value);
}

/**
 * The elements of a list as texts, without nil in an interface; of what is no
 * list, the text of it all.
 */
export function strvals(value: unknown): string[] {
  const elements = elementsOf(value);
  if (elements === undefined) {
    return value === null || value === undefined ? [] : [strval(value)];
  }
  const texts: string[] = [];
  for (const element of elements) {
    if (element !== null && element !== undefined) {
      texts.push(strval(element));
    }
  }
  return texts;
}

/** Whether the value is a `[]string` that is not nil. */
export function isStringSlice(value: unknown): boolean {
  return !isNil(value) && typeOf(value).name === STRING_SLICE.name;
}
