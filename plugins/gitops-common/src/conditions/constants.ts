/**
 * Condition types of Flux 2.9.
 *
 * @public
 */
export const ConditionType = {
  Ready: 'Ready',
  Reconciling: 'Reconciling',
  Stalled: 'Stalled',
  ArtifactInStorage: 'ArtifactInStorage',
  ArtifactOutdated: 'ArtifactOutdated',
  FetchFailed: 'FetchFailed',
  BuildFailed: 'BuildFailed',
  StorageOperationFailed: 'StorageOperationFailed',
  IncludeUnavailable: 'IncludeUnavailable',
  SourceVerified: 'SourceVerified',
  Healthy: 'Healthy',
  Released: 'Released',
  TestSuccess: 'TestSuccess',
  Remediated: 'Remediated',
  Drifted: 'Drifted',
  /** Not of Flux: a prune waits for an approval. */
  PruneHeld: 'PruneHeld',
} as const;

/**
 * Types whose `True` is bad news.
 *
 * @public
 */
export const NEGATIVE_CONDITION_TYPES: ReadonlySet<string> = new Set([
  ConditionType.Reconciling,
  ConditionType.Stalled,
  ConditionType.ArtifactOutdated,
  ConditionType.FetchFailed,
  ConditionType.BuildFailed,
  ConditionType.StorageOperationFailed,
  ConditionType.IncludeUnavailable,
  ConditionType.Drifted,
  ConditionType.PruneHeld,
]);

/**
 * Condition reasons of Flux 2.9: those of its runtime, of the sources and of
 * the Kustomization.
 *
 * @public
 */
export const Reason = {
  Succeeded: 'Succeeded',
  Failed: 'Failed',
  Progressing: 'Progressing',
  ProgressingWithRetry: 'ProgressingWithRetry',
  Suspended: 'Suspended',
  DependencyNotReady: 'DependencyNotReady',
  InvalidPath: 'InvalidPath',
  InvalidURL: 'InvalidURL',
  InsecureConnectionsDisallowed: 'InsecureConnectionsDisallowed',
  UnsupportedConnectionType: 'UnsupportedConnectionType',
  PruneFailed: 'PruneFailed',
  /** Not of Flux: all is applied, and what left the source waits for an approval. */
  PruneHeld: 'PruneHeld',
  ArtifactFailed: 'ArtifactFailed',
  BuildFailed: 'BuildFailed',
  HealthCheckFailed: 'HealthCheckFailed',
  HealthCheckCanceled: 'HealthCheckCanceled',
  ReconciliationSucceeded: 'ReconciliationSucceeded',
  ReconciliationFailed: 'ReconciliationFailed',
  InvalidCELExpression: 'InvalidCELExpression',
  FeatureGateDisabled: 'FeatureGateDisabled',
  AccessDenied: 'AccessDenied',
  // Sources
  NewRevision: 'NewRevision',
  IncludeChange: 'IncludeChange',
  NewChart: 'NewChart',
  NewArtifact: 'NewArtifact',
  ArtifactUpToDate: 'ArtifactUpToDate',
  ArtifactVerificationFailed: 'ArtifactVerificationFailed',
  URLInvalid: 'URLInvalid',
  AuthenticationFailed: 'AuthenticationFailed',
  GitOperationFailed: 'GitOperationFailed',
  EmptyGitRepository: 'EmptyGitRepository',
  BucketOperationFailed: 'BucketOperationFailed',
  InvalidProviderConfiguration: 'InvalidProviderConfiguration',
  InvalidSTSConfiguration: 'InvalidSTSConfiguration',
  OCIArtifactPullFailed: 'OCIArtifactPullFailed',
  OCIArtifactLayerOperationFailed: 'OCIArtifactLayerOperationFailed',
  IndexationFailed: 'IndexationFailed',
  SourceUnavailable: 'SourceUnavailable',
  UnsupportedSourceKind: 'UnsupportedSourceKind',
  NoSourceArtifact: 'NoSourceArtifact',
  ChartPullSucceeded: 'ChartPullSucceeded',
  ChartPackageSucceeded: 'ChartPackageSucceeded',
  InvalidChartReference: 'InvalidChartReference',
  ChartPullError: 'ChartPullError',
  MetadataPatchError: 'MetadataPatchError',
  ValuesFilesError: 'ValuesFilesError',
  DependencyBuildError: 'DependencyBuildError',
  ChartPackageError: 'ChartPackageError',
  ChartVerificationError: 'ChartVerificationError',
  Unknown: 'Unknown',
  SourceFetchFailed: 'SourceFetchFailed',
  ValidationFailed: 'ValidationFailed',
  ReconciliationDisabled: 'ReconciliationDisabled',
  NotFound: 'NotFound',
  NoArtifact: 'NoArtifact',
  VerificationError: 'VerificationError',
  InvalidVerificationMode: 'InvalidVerificationMode',
  InvalidCommitSignature: 'InvalidCommitSignature',
  InvalidTagSignature: 'InvalidTagSignature',
  InvalidGitObject: 'InvalidGitObject',
  GarbageCollectionSucceeded: 'GarbageCollectionSucceeded',
  GarbageCollectionFailed: 'GarbageCollectionFailed',
  // Artifact store
  DirectoryCreationFailed: 'DirectoryCreationFailed',
  StatOperationFailed: 'StatOperationFailed',
  ReadOperationFailed: 'ReadOperationFailed',
  AcquireLockFailed: 'AcquireLockFailed',
  ArchiveOperationFailed: 'ArchiveOperationFailed',
  SymlinkUpdateFailed: 'SymlinkUpdateFailed',
  CacheOperationFailed: 'CacheOperationFailed',
  PatchOperationFailed: 'PatchOperationFailed',
} as const;
