import {
  getOwn,
  isJsonObject,
  JsonObject,
  JsonValue,
  setOwn,
} from '@backstage-gitops/kubernetes-yaml';
import { ValuesError } from './ValuesError';

/**
 * Values of a chart. Numbers are as in Helm: a `number` is Go's float64 (every
 * number that comes from YAML or JSON), a `bigint` is Go's int64 (integers of
 * `--set`), whatever their size.
 *
 * @public
 */
export type Values = JsonObject;

/**
 * Told of values that do not fit together; never holds a value.
 *
 * @public
 */
export type OnWarning = (warning: string) => void;

const MAX_DEPTH = 1000;

/** A deep copy. Lists and tables are copied, the rest is shared. */
export function copyValues(values: Values): Values {
  return copy(values, 0) as Values;
}

function copy(value: JsonValue, depth: number): JsonValue {
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (depth > MAX_DEPTH) {
    throw new ValuesError(
      'limit',
      `values are nested more than ${MAX_DEPTH} levels deep`,
    );
  }
  if (Array.isArray(value)) {
    return value.map(item => copy(item, depth + 1));
  }
  if (!isJsonObject(value)) {
    return value;
  }
  const result: JsonObject = {};
  for (const key of Object.keys(value)) {
    setOwn(result, key, copy(value[key], depth + 1));
  }
  return result;
}

/** The same table, its entries shared. */
export function shallowCopy(table: Values): Values {
  const result: JsonObject = {};
  for (const key of Object.keys(table)) {
    setOwn(result, key, table[key]);
  }
  return result;
}

/**
 * The tables of several values files as one: tables are merged deeply, what
 * the later one says wins, nulls included. Neither is changed.
 *
 * @public
 */
export function mergeMaps(earlier: Values, later: Values): Values {
  const result = shallowCopy(earlier);
  for (const key of Object.keys(later)) {
    const value = later[key];
    const present = getOwn(result, key);
    setOwn(
      result,
      key,
      isJsonObject(value) && isJsonObject(present)
        ? mergeMaps(present, value)
        : value,
    );
  }
  return result;
}

/**
 * The table at a path of names with dots between; undefined where there is
 * none.
 *
 * @public
 */
export function tableAt(values: Values, path: string): Values | undefined {
  let table: Values = values;
  for (const name of path.split('.')) {
    const next = getOwn(table, name);
    if (!isJsonObject(next)) {
      return undefined;
    }
    table = next;
  }
  return table;
}

/**
 * The value at a path of names with dots between; undefined where there is
 * none, or a table.
 *
 * @public
 */
export function valueAt(values: Values, path: string): JsonValue | undefined {
  const dot = path.lastIndexOf('.');
  const table = dot < 0 ? values : tableAt(values, path.slice(0, dot));
  const value = table && getOwn(table, path.slice(dot + 1));
  return isJsonObject(value) ? undefined : value;
}
