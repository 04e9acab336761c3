import {
  ANY,
  GoError,
  GoFunction,
  goFunction,
} from '@backstage-gitops/go-template';
import {
  stringifyYaml,
  StringifyYamlOptions,
  YamlError,
} from '@backstage-gitops/kubernetes-yaml';
import { MAX_TEXT } from '../bounds';
import { lenient } from './json';
import { isPrettyData, prettyValue } from './prettyValue';
import { Budget, isPlainData, yamlValue } from './yamlValue';

/** Values that one text may hold. */
const MAX_VALUES = 8 * 1024 * 1024;

/** The text of plain data. */
function stringify(data: unknown, options: StringifyYamlOptions): string {
  try {
    const text = stringifyYaml(data, { ...options, maxLength: MAX_TEXT });
    return text.endsWith('\n') ? text.slice(0, -1) : text;
  } catch (error) {
    throw error instanceof YamlError
      ? new GoError(error.message, { cause: error })
      : error;
  }
}

function budget(): Budget {
  return { values: MAX_VALUES };
}

function write(value: unknown): string {
  const data = isPlainData(value, budget())
    ? value
    : yamlValue(value, budget());
  return stringify(data, {});
}

function writePretty(value: unknown): string {
  const data = isPrettyData(value, budget())
    ? value
    : prettyValue(value, budget());
  return stringify(data, { dialect: 'go-yaml-v3', width: Infinity });
}

/**
 * `toYaml` and `mustToYaml` of Helm 4: YAML without the last end of line. What
 * cannot be written is the empty string for the first, an error for the second.
 * `toYamlPretty` indents lists and does not fold.
 */
export const yamlFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ['toYaml', goFunction([ANY], lenient(write))],
  ['mustToYaml', goFunction([ANY], write)],
  ['toYamlPretty', goFunction([ANY], writePretty)],
]);
