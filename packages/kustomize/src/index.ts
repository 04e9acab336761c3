/**
 * `kustomize build` as a library: files in, objects out.
 *
 * @packageDocumentation
 */
export type { BuildLimits } from './Budget';
export { build } from './build/build';
export type { BuildOptions, BuildResult } from './build/build';
export type { FieldSpec } from './fields/FieldSpec';
export type { YamlMap, YamlNode } from './fields/YamlNode';
export { DirectoryFileSystem } from './files/DirectoryFileSystem';
export type { FileSystem } from './files/FileSystem';
export type { LoadRestrictions } from './files/Loader';
export type { RemoteDirectory, RemoteLoader } from './files/RemoteLoader';
export type { HelmChartRequest, HelmRenderer } from './generators/HelmRenderer';
export { MemoryFileSystem } from './files/MemoryFileSystem';
export type { Selector } from './kustomization/Kustomization';
export { KustomizeError } from './KustomizeError';
export type { KustomizeErrorCode } from './KustomizeError';
export type { Origin } from './resources/Origin';
export { Resource } from './resources/Resource';
export type { Behavior } from './resources/Resource';
export type { GroupVersionKind, ResourceId } from './resources/ResourceId';
export { ResourceList } from './resources/ResourceList';
