import { createPermissionResourceRef } from '@backstage/plugin-permission-node';
import { GitopsObjectResource } from '../objects/ObjectSummary';

/**
 * A condition on objects. They are filtered where they are kept, in memory, before
 * anything is counted or cut into pages.
 *
 * @public
 */
export type GitopsObjectFilter = (object: GitopsObjectResource) => boolean;

/**
 * GitOps objects as a resource of the permission system, for rules of one's own.
 *
 * @public
 */
export const gitopsObjectPermissionResourceRef = createPermissionResourceRef<
  GitopsObjectResource,
  GitopsObjectFilter
>().with({ pluginId: 'gitops', resourceType: 'gitops-object' });
