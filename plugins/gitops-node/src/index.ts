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
  BucketClient,
  BucketContent,
  BucketObject,
  BucketOptions,
  BucketProvider,
  CloudServiceAccount,
  S3Credentials,
  S3CredentialSource,
  SecretData,
} from './buckets';
export { readS3Keys } from './readS3Keys';
export { readSopsKeyFile } from './readSopsKeyFile';
export type {
  ClusterAccessProvider,
  ClusterAccessRequest,
} from './clusterAccess';
export type {
  ClusterAccess,
  ClusterConnection,
  ClusterCredential,
  ClusterCredentialSupplier,
} from './clusterCredentials';
export { SopsKeyError } from './decryption';
export type {
  SopsKeyErrorCode,
  SopsKeyService,
  SopsKeyServiceProvider,
  SopsKeyServiceRequest,
  SopsKeyType,
  SopsMasterKey,
} from './decryption';
export {
  gitopsArtifactStoreExtensionPoint,
  gitopsBucketExtensionPoint,
  gitopsDecryptionExtensionPoint,
  gitopsNotificationsExtensionPoint,
  gitopsRegistryCredentialsExtensionPoint,
  gitopsSourceFetchersExtensionPoint,
  gitopsTargetsExtensionPoint,
  gitopsClusterCredentialsExtensionPoint,
} from './extensions';
export type {
  GitopsArtifactStoreExtensionPoint,
  GitopsBucketExtensionPoint,
  GitopsDecryptionExtensionPoint,
  GitopsNotificationsExtensionPoint,
  GitopsRegistryCredentialsExtensionPoint,
  GitopsSourceFetchersExtensionPoint,
  GitopsTargetsExtensionPoint,
  GitopsClusterCredentialsExtensionPoint,
} from './extensions';
export { ComponentOwners } from './owners/ComponentOwners';
export * from './registration';
export { NotificationError } from './notifications';
export type {
  Notification,
  NotificationErrorCode,
  NotificationEvent,
  NotificationIdentity,
  NotificationTarget,
  NotificationType,
} from './notifications';
export { NetworkError } from './net';
export type {
  ConnectionGuard,
  ConnectionSettings,
  GuardedAddress,
  HttpClient,
  HttpConnections,
  HttpRequest,
  HttpResponse,
  NetworkErrorCode,
} from './net';
export type {
  RegistryCredential,
  RegistryCredentialRequest,
  RegistryCredentialSupplier,
  SuppliedRegistryCredential,
} from './registries';
export { SourceFetchError } from './sources';
export type {
  FetchContext,
  Fetched,
  FetchLimits,
  FetchRetry,
  NewSource,
  SourceFetcher,
  SourceFinding,
  SourceHome,
  SourceReference,
  UnchangedSource,
} from './sources';
