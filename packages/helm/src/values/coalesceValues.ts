import {
  getOwn,
  isJsonObject,
  setOwn,
} from '@backstage-gitops/kubernetes-yaml';
import {
  CoalesceMode,
  coalesceTables,
  joinPath,
  removeNulls,
} from './coalesceTables';
import { copyValues, OnWarning, shallowCopy, Values } from './tables';
import { ValuesError } from './ValuesError';

const GLOBAL = 'global';

/**
 * A chart as far as its values are concerned.
 *
 * @public
 */
export interface ValuesChart {
  readonly name: string;
  readonly values?: Values;
  readonly dependencies: readonly ValuesChart[];
}

/**
 * Values of a user over those of a chart and its dependencies, exactly as
 * Helm 4 does it: tables are merged, everything else is replaced, null removes
 * a key of the chart, nulls of charts are dropped, `global` goes down. The
 * result has the values of each dependency below its name. Nothing given is
 * changed.
 *
 * @throws ValuesError `type-mismatch` where the section of a dependency is
 * no table
 * @public
 */
export function coalesceValues(
  chart: ValuesChart,
  values: Values,
  options: { onWarning?: OnWarning } = {},
): Values {
  const mode = { keepNulls: false, onWarning: options.onWarning };
  return coalesce(chart, copyValues(values), '', mode);
}

/**
 * As {@link coalesceValues}, but nulls are kept, for values that are coalesced
 * again later.
 */
export function mergeValues(
  chart: ValuesChart,
  values: Values,
  options: { onWarning?: OnWarning } = {},
): Values {
  const mode = { keepNulls: true, onWarning: options.onWarning };
  return coalesce(chart, copyValues(values), '', mode);
}

function coalesce(
  chart: ValuesChart,
  target: Values,
  prefix: string,
  mode: CoalesceMode,
): Values {
  const path = joinPath(prefix, chart.name);
  addChartValues(chart, target, path, mode);
  for (const dependency of chart.dependencies) {
    const present = getOwn(target, dependency.name);
    if (present !== undefined && !isJsonObject(present)) {
      throw new ValuesError(
        'type-mismatch',
        `type mismatch on ${dependency.name}: the values of a dependency must be a table`,
      );
    }
    const section = present ?? {};
    setOwn(target, dependency.name, section);
    passGlobals(section, target, path, mode);
    coalesce(dependency, section, path, mode);
  }
  return target;
}

/** The chart's own values, where the target says nothing else. */
function addChartValues(
  chart: ValuesChart,
  target: Values,
  path: string,
  mode: CoalesceMode,
): void {
  const defaults = copyValues(chart.values ?? {});
  for (const key of Object.keys(defaults)) {
    const value = defaults[key];
    const present = getOwn(target, key);
    if (present === undefined) {
      if (!mode.keepNulls) {
        if (value === null) {
          continue;
        }
        if (isJsonObject(value)) {
          removeNulls(value);
        }
      }
      setOwn(target, key, value);
    } else if (present === null) {
      if (!mode.keepNulls) {
        delete target[key];
      }
    } else if (isJsonObject(present)) {
      if (isJsonObject(value)) {
        // Nulls for a dependency take effect when that is coalesced.
        const keepNulls =
          mode.keepNulls || chart.dependencies.some(({ name }) => name === key);
        if (!keepNulls) {
          removeNulls(value);
        }
        coalesceTables(
          present,
          value,
          { ...mode, keepNulls },
          joinPath(path, key),
        );
      } else if (value !== null) {
        mode.onWarning?.(`skipped value for ${path}.${key}: not a table`);
      }
    }
  }
}

/** The globals of a chart into the section of one of its dependencies. */
function passGlobals(
  section: Values,
  parent: Values,
  path: string,
  mode: CoalesceMode,
): void {
  const target = getOwn(section, GLOBAL) ?? {};
  if (!isJsonObject(target) || getOwn(section, GLOBAL) === null) {
    mode.onWarning?.(
      'skipping globals because destination global is not a table',
    );
    return;
  }
  const present = getOwn(parent, GLOBAL);
  if (present !== undefined && !isJsonObject(present)) {
    mode.onWarning?.('skipping globals because source global is not a table');
    return;
  }
  const source = present ?? {};
  for (const key of Object.keys(source)) {
    const value = source[key];
    const own = getOwn(target, key);
    if (isJsonObject(value)) {
      if (own === undefined) {
        setOwn(target, key, shallowCopy(value));
      } else if (isJsonObject(own)) {
        // The other way round: what the parent says wins.
        const merged = coalesceTables(
          shallowCopy(value),
          own,
          { ...mode, keepNulls: true },
          joinPath(path, key),
        );
        setOwn(target, key, merged);
      } else {
        mode.onWarning?.(
          `cannot merge a table onto a value that is none for global.${key}`,
        );
      }
    } else if (isJsonObject(own)) {
      mode.onWarning?.(`global.${key} is a table; it is kept`);
    } else {
      setOwn(target, key, value);
    }
  }
  setOwn(section, GLOBAL, target);
}
