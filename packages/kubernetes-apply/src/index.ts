/**
 * A dynamic Kubernetes client, and what GitOps does with it: server-side
 * apply as Flux does it, inventory, prune, health and diff.
 *
 * @packageDocumentation
 */
export type {
  ApplyOptions,
  ClusterClient,
  DeleteOptions,
  Impersonation,
  ListOptions,
  ListResult,
  ObjectRef,
  PatchOptions,
  RawOptions,
  RawResult,
  ResourceInfo,
  WatchEvent,
  WatchEventType,
  WatchOptions,
  WriteOptions,
} from './client/ClusterClient';
export { systemClock } from './client/Clock';
export type { Clock } from './client/Clock';
export { createClusterClient } from './client/createClusterClient';
export type { ClusterClientOptions } from './client/createClusterClient';
export type { ClusterAccess } from './client/HttpTransport';
export type { AddressGuard } from './client/openDispatcher';
export { ClusterError } from './errors/ClusterError';
export {
  ConnectionError,
  DiscoveryUnavailableError,
  ImpersonationError,
  InvalidReferenceError,
  KubeConfigError,
  RequestTimeoutError,
  ResponseTooLargeError,
  UnknownKindError,
} from './errors/errors';
export {
  ConflictError,
  isNotFound,
  KubernetesApiError,
} from './errors/KubernetesApiError';
export type {
  ApiErrorCode,
  FieldConflict,
  KubernetesApiErrorOptions,
  StatusCause,
  StatusDetails,
} from './errors/KubernetesApiError';
export { mapConcurrent } from './object/mapConcurrent';
export { maskSecretValues } from './object/maskSecret';
export { refOf } from './object/metadata';
export { compileSelector } from './object/selector';
export type { ObjectSelector } from './object/selector';
export { subjectOf } from './object/subject';
export { ApplyError } from './apply/ApplyError';
export type { ApplyFailure, ApplyPhase } from './apply/ApplyError';
export { applyObjects } from './apply/applyObjects';
export type { ApplyObjectsOptions, ApplyProgress } from './apply/applyObjects';
export { DuplicateObjectError } from './apply/checkSet';
export { formatChangeSet, inventoryOf } from './apply/ChangeSet';
export type { Change, ChangeAction, ChangeSet } from './apply/ChangeSet';
export type { IgnoreRule } from './apply/ignore';
export type { CommonMetadata } from './apply/normalise';
export { compareApplyOrder } from './apply/order';
export { planObjects } from './apply/planObjects';
export type { PlannedChange, PlanObjectsOptions } from './apply/planObjects';
export { takeOverFields } from './apply/takeOver';
export type { FieldManagerMatch } from './apply/takeOver';
export { CelExpressionCache, compileExpression } from './cel/compileExpression';
export type { CelExpression } from './cel/CelExpression';
export type { CompileExpressionOptions } from './cel/compileExpression';
export { CelError } from './cel/CelError';
export type { CelErrorCode } from './cel/CelError';
export { diffObjects } from './diff/diffObjects';
export type { DiffOptions } from './diff/diffObjects';
export { explainChanges } from './diff/explainChanges';
export type {
  ChangeReason,
  ExplainedChange,
  ExplainOptions,
} from './diff/explainChanges';
export type { FieldChange } from './diff/FieldChange';
export { ObjectViews } from './view/ObjectViews';
export type { ObjectViewsOptions, ViewRequest } from './view/ObjectViews';
export type { ObjectView } from './view/ObjectView';
export { DriftWatch } from './drift/DriftWatch';
export type {
  DriftHint,
  DriftOwner,
  DriftWatchOptions,
} from './drift/DriftWatch';
export {
  compileHealthRules,
  HealthRuleError,
} from './health/compileHealthRules';
export type {
  CompileHealthRulesOptions,
  HealthCheckExpression,
} from './health/compileHealthRules';
export { formatGoDuration } from './health/duration';
export { healthOf } from './health/healthOf';
export type { HealthOptions } from './health/healthOf';
export type { Health, HealthRule, HealthStatus } from './health/HealthStatus';
export {
  describeUnhealthy,
  HealthCheckError,
  waitForHealth,
} from './health/waitForHealth';
export type {
  HealthResult,
  WaitForHealthOptions,
} from './health/waitForHealth';
export { watchHealth } from './health/watchHealth';
export type { ObjectHealth, WatchHealthOptions } from './health/ObjectHealth';
export {
  difference,
  formatInventoryId,
  inventoryEntryOf,
  InvalidInventoryIdError,
  parseInventoryId,
  refOfEntry,
} from './inventory/inventory';
export type { InventoryEntry, InventoryId } from './inventory/inventory';
export { checkKubeConfig } from './kubeconfig/checkKubeConfig';
export type { KubeConfigPolicy } from './kubeconfig/checkKubeConfig';
export { loadKubeConfig } from './kubeconfig/loadKubeConfig';
export { judgePrune } from './prune/judgePrune';
export type {
  JudgePruneOptions,
  PruneBounds,
  PruneHoldReason,
  PruneVerdict,
} from './prune/judgePrune';
export { prune, survivorsOf } from './prune/prune';
export type {
  PruneOptions,
  PruneOutcome,
  PruneResult,
  PruneSkipReason,
} from './prune/prune';
export { DeletionTimeoutError, waitForDeletion } from './prune/waitForDeletion';
export type {
  TerminatingObject,
  WaitForDeletionOptions,
} from './prune/waitForDeletion';
