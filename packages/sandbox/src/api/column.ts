import type { JsonObject, JsonValue } from '../json/value';
import { asArray, asObject, at, isObject } from '../json/value';
import { age } from './age';

/** A column of a table and what it shows. */
export interface Column {
  name: string;
  type: string;
  format?: string;
  description?: string;
  /** Above 0 only with `-o wide`. */
  priority?: number;
  value(object: JsonObject, now: Date): JsonValue;
}

/** A column of text. */
export function text(
  name: string,
  value: Column['value'],
  priority = 0,
): Column {
  return { name, type: 'string', priority, value };
}

/** A column of numbers. */
export function number(
  name: string,
  value: (object: JsonObject) => JsonValue,
): Column {
  return { name, type: 'integer', value };
}

/** How long ago the object was created. */
export const AGE: Column = text('Age', (object, now) =>
  age(at(object, 'metadata', 'creationTimestamp') ?? '', now),
);

/** The entries of a list at a path. */
export function entries(object: JsonObject, ...path: string[]): JsonObject[] {
  return asArray(at(object, ...path)).filter(isObject);
}

/** The number of entries of a list or members of an object. */
export function size(value: JsonValue | undefined): number {
  return Array.isArray(value)
    ? value.length
    : Object.keys(asObject(value)).length;
}
