export { crdOf } from './crd';
export { splitApiVersion } from './apiVersion';
export * from './gitRepository';
export * from './kustomization';
export type {
  CustomHealthCheck,
  IgnoreRule,
  ImageOverride,
  Patch,
  Selector,
} from './kustomize';
export type { Controller, GitopsKind, PrinterColumn } from './kind';
export type {
  CommonMetadata,
  DependencyReference,
  KubeConfigReference,
  LocalObjectReference,
  NamespacedObjectReference,
  SourceReference,
} from './references';
export type { ResourceInventory, ResourceRef } from './status';
export type { CelRule, FieldSchema, FieldsOf, RequiredField } from './schema';
export {
  gitopsKinds,
  isGitopsGroup,
  kindByName,
  kindOf,
  kindOfGroup,
} from './registry';
