import { useApi } from '@backstage/frontend-plugin-api';
import type { HomeList } from '@backstage-gitops/plugin-gitops-common';
import { gitopsApiRef } from '../api/gitopsApiRef';
import { LiveResult, useLiveData } from '../live/useLiveData';

/**
 * The home clusters. They are read once, and again by `refresh`.
 *
 * @public
 */
export function useGitopsHomes(): LiveResult<HomeList> {
  const api = useApi(gitopsApiRef);
  return useLiveData<HomeList>({
    id: 'homes',
    load: signal => api.listHomes({ signal }),
    concerns: change => change.all,
  });
}
