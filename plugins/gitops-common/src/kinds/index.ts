export { crdOf } from './crd';
export { splitApiVersion } from './apiVersion';
export * from './alert';
export * from './artifactGenerator';
export * from './bucket';
export * from './externalArtifact';
export * from './gitRepository';
export * from './helmChart';
export * from './helmRelease';
export * from './helmRepository';
export * from './imageRepository';
export * from './imageUpdateAutomation';
export * from './kustomization';
export * from './ociRepository';
export * from './provider';
export * from './receiver';
export type {
  ImagePolicy,
  ImagePolicyChoice,
  ImagePolicySpec,
  ImagePolicyStatus,
  ImageRef,
  TagFilter,
} from './imagePolicy';
export { imagePolicyKind } from './imagePolicy';
export type { HelmSnapshot, HelmTestHook } from './helmReleaseStatus';
export type {
  HelmFailureStrategy,
  HelmInstall,
  HelmInstallRemediation,
  HelmRollback,
  HelmTest,
  HelmUninstall,
  HelmUpgrade,
  HelmUpgradeRemediation,
} from './helmActions';
export type { AccessFrom } from './access';
export type { CrossNamespaceObjectReference, NotifiedKind } from './notified';
export type { OciVerification, OidcIdentityMatch } from './verification';
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
