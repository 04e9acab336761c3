import { WriterOptions, YamlWriter } from './writer/YamlWriter';

/**
 * Options of `stringifyYaml`.
 *
 * @public
 */
export type StringifyYamlOptions = WriterOptions;

/**
 * Writes plain data exactly as sigs.k8s.io/yaml 1.6 does (its fork of go-yaml
 * v2.4): keys in natural order, lists not indented within mappings, strings
 * quoted where YAML 1.1 would read something else, literal blocks for several
 * lines, folding behind column 80. Fields that are `undefined` are left out.
 *
 * @throws YamlError `not-representable`
 * @public
 */
export function stringifyYaml(
  value: unknown,
  options: StringifyYamlOptions = {},
): string {
  return new YamlWriter(options).write(value);
}
