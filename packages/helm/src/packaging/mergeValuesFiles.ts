import type { Chart } from '../charts';
import { readValues, Values, ValuesError } from '../values';
import { mergeMaps } from '../values/tables';
import { PackagingError } from './PackagingError';

/**
 * Which values files are merged, and from where.
 *
 * @public
 */
export interface MergeValuesOptions {
  /** Later ones win. */
  paths: readonly string[];
  /**
   * Content of a file; undefined where there is none. Default: the files of the
   * chart, where `values.yaml` is what the chart has as its values.
   */
  readFile?: (path: string) => Uint8Array | undefined;
  /** Passes over files that are not there. */
  ignoreMissing?: boolean;
}

/**
 * Merges values files as Flux 2.9 does before it packs a chart: tables deeply,
 * all else is replaced, nulls are kept. `used` are the paths of those that were
 * there.
 *
 * @throws PackagingError `missing-values-file`, `invalid-values-file`
 * @public
 */
export function mergeValuesFiles(
  chart: Chart,
  options: MergeValuesOptions,
): { values: Values; used: string[] } {
  const { paths, readFile, ignoreMissing = false } = options;
  let values: Values = {};
  const used: string[] = [];
  for (const path of paths) {
    const read = readFile
      ? decode(readFile(path), path)
      : valuesInChart(chart, path);
    if (read) {
      values = mergeMaps(values, read);
      used.push(path);
    } else if (!ignoreMissing) {
      throw new PackagingError(
        'missing-values-file',
        `no values file found at path '${path.slice(0, 200)}'`,
        { file: path },
      );
    }
  }
  return { values, used };
}

function valuesInChart(chart: Chart, path: string): Values | undefined {
  const name = clean(path);
  if (name === 'values.yaml') {
    return chart.values ?? {};
  }
  const file = chart.files.find(other => other.name === name);
  return decode(file?.data, path);
}

function decode(
  data: Uint8Array | undefined,
  path: string,
): Values | undefined {
  if (!data) {
    return undefined;
  }
  try {
    return readValues(new TextDecoder().decode(data), path);
  } catch (error) {
    if (error instanceof ValuesError) {
      throw new PackagingError('invalid-values-file', error.message, {
        file: path,
        cause: error,
      });
    }
    throw error;
  }
}

function clean(path: string): string {
  return path
    .split('/')
    .filter(part => part !== '' && part !== '.')
    .join('/');
}
