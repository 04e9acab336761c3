import { useApi } from '@backstage/frontend-plugin-api';
import type {
  CatalogErrorList,
  CatalogErrorsQuery,
} from '@backstage-gitops/plugin-gitops-common';
import { gitopsApiRef } from '../api/gitopsApiRef';
import { POLL_INTERVAL_MS } from '../live/timing';
import { LiveResult, useLiveData } from '../live/useLiveData';
import { usePolling } from '../live/usePolling';

/**
 * What the catalog could not take of registered files; read again every ten
 * seconds, for want of signals about files.
 *
 * @public
 */
export function useGitopsCatalogErrors(
  query: CatalogErrorsQuery = {},
): LiveResult<CatalogErrorList> {
  const api = useApi(gitopsApiRef);
  const result = useLiveData<CatalogErrorList>({
    id: `catalog errors ${JSON.stringify(query)}`,
    load: signal => api.listCatalogErrors(query, { signal }),
    concerns: change => change.all,
    keepPrevious: true,
  });
  const isRead = result.data !== undefined && !result.error;
  usePolling(result.refresh, isRead ? POLL_INTERVAL_MS : undefined);
  return result;
}
