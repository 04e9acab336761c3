import { useApi } from '@backstage/frontend-plugin-api';
import type { RegistrationRow } from '@backstage-gitops/plugin-gitops-common';
import { GitopsApiError } from '@backstage-gitops/plugin-gitops-common';
import { gitopsApiRef } from '../api/gitopsApiRef';
import { POLL_INTERVAL_MS, UNHEARD_POLL_INTERVAL_MS } from '../live/timing';
import { LiveResult, useLiveData } from '../live/useLiveData';
import { usePolling } from '../live/usePolling';

/**
 * What became of a manifest that is registered in the catalog, given its
 * entity; `null` where the entity stands for no registration. Changes of its
 * object show as with {@link useGitopsObjects}. For want of signals about files
 * it is also read every ten seconds, and every two while it is not applied.
 *
 * @public
 */
export function useGitopsRegistration(
  entityRef: string,
): LiveResult<RegistrationRow | null> {
  const api = useApi(gitopsApiRef);
  const result = useLiveData<RegistrationRow | null>({
    id: entityRef,
    load: async signal => {
      try {
        return await api.getRegistration(entityRef, { signal });
      } catch (error) {
        if (error instanceof GitopsApiError && error.status === 404)
          return null;
        throw error;
      }
    },
    concerns: (change, row) =>
      change.all ||
      change.keys.some(
        key =>
          key.home === row?.home &&
          key.kind === row.object.kind &&
          key.namespace === row.object.namespace &&
          key.name === row.object.name,
      ),
  });
  // What failed is read again by itself, where that can help.
  const { data, error, refresh } = result;
  const waits = data && data.state !== 'Applied';
  const interval = waits ? UNHEARD_POLL_INTERVAL_MS : POLL_INTERVAL_MS;
  usePolling(refresh, data !== undefined && !error ? interval : undefined);
  return result;
}
