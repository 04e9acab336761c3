import { createApiRef } from '@backstage/frontend-plugin-api';
import type { GitopsApi } from '@backstage-gitops/plugin-gitops-common';

/**
 * The client of the gitops backend plugin. The `gitops` plugin supplies it.
 *
 * @public
 */
export const gitopsApiRef = createApiRef<GitopsApi>({
  id: 'plugin.gitops.api',
});
