/**
 * Extension points of the gitops backend plugin, and the interfaces behind them.
 *
 * @packageDocumentation
 */
export {
  ArtifactCorruptError,
  ArtifactNotFoundError,
  ArtifactTooLargeError,
} from './artifactStore';
export type {
  ArtifactStore,
  ListedArtifact,
  PutArtifactOptions,
  StoredArtifact,
} from './artifactStore';
export type {
  ClusterAccess,
  ClusterConnection,
  ClusterCredential,
  ClusterCredentialSupplier,
} from './clusterCredentials';
export {
  gitopsArtifactStoreExtensionPoint,
  gitopsClusterCredentialsExtensionPoint,
} from './extensions';
export type {
  GitopsArtifactStoreExtensionPoint,
  GitopsClusterCredentialsExtensionPoint,
} from './extensions';
export { ComponentOwners } from './owners/ComponentOwners';
export * from './registration';
