/**
 * The GitOps reconcilers as a Backstage backend plugin.
 *
 * @packageDocumentation
 */
export type { GitopsObjectResource } from './api/objects/ObjectSummary';
export { gitopsObjectPermissionResourceRef } from './api/permissions/gitopsObjectPermissionResourceRef';
export type { GitopsObjectFilter } from './api/permissions/gitopsObjectPermissionResourceRef';
export {
  createGitopsObjectConditionalDecision,
  gitopsObjectConditions,
  gitopsObjectPermissionRules,
} from './api/permissions/rules';
export { gitopsPlugin as default } from './plugin';
