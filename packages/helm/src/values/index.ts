export {
  createCapabilities,
  isCompatible,
  parseKubeVersion,
} from './capabilities';
export type { Capabilities, KubeVersion } from './capabilities';
export { coalesceValues } from './coalesceValues';
export type { ValuesChart } from './coalesceValues';
export { combineValues } from './combineValues';
export type { ValueSources } from './combineValues';
export { createRenderValues } from './createRenderValues';
export type {
  ReleaseOptions,
  RenderValues,
  Scope,
  ScopedTemplate,
} from './createRenderValues';
export { parseSet } from './parseSet';
export type { SetKind } from './parseSet';
export { readValues } from './readValues';
export { mergeMaps, tableAt, valueAt } from './tables';
export type { OnWarning, Values } from './tables';
export { ValuesError } from './ValuesError';
export type { ValuesErrorCode } from './ValuesError';
