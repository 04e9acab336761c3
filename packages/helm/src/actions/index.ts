/**
 * What Helm 4.2 does with releases in a cluster: install, upgrade, rollback, test
 * and uninstall, with hooks, waits and records. An entry of its own, so that who
 * renders charts need not load a client of Kubernetes.
 *
 * @packageDocumentation
 */
export { applyCrds } from './applyCrds';
export type { CrdPolicy } from './applyCrds';
export { installRelease } from './installRelease';
export type { InstallOptions } from './installRelease';
export type { ReleaseContext, WaitOptions } from './ReleaseContext';
export type { ReleaseContent, RenderRelease } from './RenderRelease';
export { rollbackRelease } from './rollbackRelease';
export type { RollbackOptions } from './rollbackRelease';
export { testRelease } from './testRelease';
export type { TestOptions } from './testRelease';
export { uninstallRelease } from './uninstallRelease';
export type {
  KeptObject,
  Uninstalled,
  UninstallOptions,
} from './uninstallRelease';
export { upgradeRelease } from './upgradeRelease';
export type { ServerSide, UpgradeOptions } from './upgradeRelease';
export { ActionError } from '../cluster/ActionError';
export type { ActionErrorCode } from '../cluster/ActionError';
export { clusterObject, readClusterObjects } from '../cluster/ClusterObject';
export type { ClusterObject } from '../cluster/ClusterObject';
export { RESOURCE_POLICY, withOwner } from '../cluster/ownership';
export type { ContainerLog } from '../cluster/podLogs';
export type { Propagation } from '../cluster/writeObjects';
export * from '../storage';
