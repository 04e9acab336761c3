import { ANY, GoFunction, goFunction } from '@backstage-gitops/go-template';
import { stringifyYaml } from '@backstage-gitops/kubernetes-yaml';
import { lenient } from './json';
import { isPrettyData, prettyValue } from './prettyValue';
import { isPlainData, yamlValue } from './yamlValue';

function trim(text: string): string {
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}

function write(value: unknown): string {
  return trim(stringifyYaml(isPlainData(value) ? value : yamlValue(value)));
}

function writePretty(value: unknown): string {
  const data = isPrettyData(value) ? value : prettyValue(value);
  return trim(stringifyYaml(data, { dialect: 'go-yaml-v3', width: Infinity }));
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
