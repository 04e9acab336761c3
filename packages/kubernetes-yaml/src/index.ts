/**
 * YAML and JSON as Kubernetes and its tools read and write them.
 *
 * @packageDocumentation
 */
export { compareCodePoints, parseJson, stringifyJson } from './json';
export { getOwn, isJsonObject, setOwn } from './JsonValue';
export type {
  JsonObject,
  JsonValue,
  KubernetesObject,
  ObjectMeta,
} from './JsonValue';
export {
  parseDocuments,
  parseFirstDocument,
  parseSpelledDocuments,
  parseYaml,
} from './parseDocuments';
export type { ParseOptions, YamlDocument } from './parseDocuments';
export { parseManifests } from './parseManifests';
export {
  SpelledScalar,
  isPlainString,
  readPlainScalar,
  resolvePlain,
} from './reader/scalars';
export type { Resolved, ScalarKind, YamlDialect } from './reader/scalars';
export { stringifyYaml } from './stringifyYaml';
export type { StringifyYamlOptions } from './stringifyYaml';
export { WrittenMapping, WrittenScalar } from './writer/written';
export { YamlError } from './YamlError';
export type { YamlErrorCode } from './YamlError';
