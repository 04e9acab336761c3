import { useApi } from '@backstage/frontend-plugin-api';
import type {
  RegistrationList,
  RegistrationsQuery,
} from '@backstage-gitops/plugin-gitops-common';
import { gitopsApiRef } from '../api/gitopsApiRef';
import { POLL_INTERVAL_MS } from '../live/timing';
import { LiveResult, useLiveData } from '../live/useLiveData';
import { usePolling } from '../live/usePolling';

/**
 * A page of what became of registered manifests. It is read again when one of
 * the objects shown changes, and every ten seconds, for want of signals about
 * files.
 *
 * @public
 */
export function useGitopsRegistrations(
  query: RegistrationsQuery = {},
): LiveResult<RegistrationList> {
  const api = useApi(gitopsApiRef);
  const result = useLiveData<RegistrationList>({
    id: `registrations ${JSON.stringify(query)}`,
    load: signal => api.listRegistrations(query, { signal }),
    concerns: (change, list) =>
      change.all ||
      change.keys.some(key =>
        list?.items.some(
          ({ home, object }) =>
            home === key.home &&
            object.kind === key.kind &&
            object.namespace === key.namespace &&
            object.name === key.name,
        ),
      ),
    keepPrevious: true,
  });
  // What failed is read again by itself, where that can help.
  const isRead = result.data !== undefined && !result.error;
  usePolling(result.refresh, isRead ? POLL_INTERVAL_MS : undefined);
  return result;
}
