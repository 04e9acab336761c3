/**
 * Something wrong with a field: the object is refused.
 *
 * @public
 */
export interface FieldError {
  /** Such as `spec.patches[0].patch`. */
  path: string;
  code:
    | 'required'
    | 'type'
    | 'enum'
    | 'pattern'
    | 'length'
    | 'range'
    | 'format'
    | 'rule';
  /** Path, value and what is allowed, in one sentence. */
  message: string;
  /** The value as text; left out where it may hold a secret. */
  value?: string;
}

/**
 * Something that a user should know; the object is taken nevertheless.
 *
 * @public
 */
export interface Warning {
  path: string;
  code:
    /** No version of the kind knows the field; it has no effect. */
    | 'unknownField'
    /** The served version has no such field any more; it was dropped. */
    | 'droppedField'
    /** The field is now another one; the value was carried over. */
    | 'movedField'
    /** Still understood, to be replaced. */
    | 'deprecated';
  /** Path, value and what to do, in one sentence or two. */
  message: string;
  value?: string;
}

/**
 * Appends a field to a path: `spec` and `url` give `spec.url`, a number gives
 * `spec[0]`, an odd key gives `spec["a.b"]`.
 *
 * @public
 */
export function fieldPath(parent: string, key: string | number): string {
  if (typeof key === 'number') return `${parent}[${key}]`;
  if (!/^[A-Za-z_][\w-]*$/.test(key)) {
    return `${parent}[${JSON.stringify(key)}]`;
  }
  return parent === '' ? key : `${parent}.${key}`;
}

const LONGEST_VALUE = 80;

/** A value for a message: short, on one line, no structure. */
export function showValue(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value !== 'string') return String(value);
  const text =
    value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value;
  return JSON.stringify(text);
}

/** An address without its user part and its query, either of which may be secret. */
export function withoutCredentials(address: string): string {
  return address.replace(/\/\/[^/@]*@/, '//…@').replace(/[?#].*$/s, '?…');
}
