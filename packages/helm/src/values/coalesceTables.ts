import {
  getOwn,
  isJsonObject,
  setOwn,
} from '@backstage-gitops/kubernetes-yaml';
import { OnWarning, Values } from './tables';

/** How tables become one. */
export interface CoalesceMode {
  /**
   * Nulls are kept for a later pass; otherwise a null removes the key that it
   * overrides.
   */
  keepNulls: boolean;
  onWarning?: OnWarning;
}

/**
 * Adds to `target` what only `source` has; tables are merged deeply. Changes
 * both: what they share afterwards, Helm's own tables share, and later steps
 * depend on it (Helm 4, `coalesceTablesFullKey`).
 */
export function coalesceTables(
  target: Values,
  source: Values,
  mode: CoalesceMode,
  prefix = '',
): Values {
  const overridden = new Set(
    Object.keys(source).filter(key => source[key] !== null),
  );
  for (const key of Object.keys(target)) {
    if (target[key] === null) {
      setOwn(source, key, null);
    }
  }
  for (const key of Object.keys(source)) {
    const value = source[key];
    const path = joinPath(prefix, key);
    const present = getOwn(target, key);
    if (present === undefined) {
      setOwn(target, key, value);
    } else if (!mode.keepNulls && present === null && overridden.has(key)) {
      delete target[key];
    } else if (isJsonObject(value)) {
      if (isJsonObject(present)) {
        coalesceTables(present, value, mode, path);
      } else {
        mode.onWarning?.(`cannot overwrite table with non table for ${path}`);
      }
    } else if (isJsonObject(present) && value !== null) {
      mode.onWarning?.(
        `destination for ${path} is a table; a value that is none is ignored`,
      );
    }
  }
  return target;
}

/** Removes all nulls from a table and the tables in it, in place. */
export function removeNulls(table: Values): void {
  for (const key of Object.keys(table)) {
    const value = table[key];
    if (value === null) {
      delete table[key];
    } else if (isJsonObject(value)) {
      removeNulls(value);
    }
  }
}

export function joinPath(prefix: string, key: string): string {
  return prefix === '' ? key : `${prefix}.${key}`;
}
