import { useEffect } from 'react';
import { useApi } from '@backstage/frontend-plugin-api';
import type { RegistrationRow } from '@backstage-gitops/plugin-gitops-common';
import { GitopsApiError } from '@backstage-gitops/plugin-gitops-common';
import { gitopsApiRef } from '../api/gitopsApiRef';
import { POLL_INTERVAL_MS } from '../live/timing';
import { LiveResult, useLiveData } from '../live/useLiveData';

/**
 * What became of a manifest that is registered in the catalog, given its
 * entity; `null` where the entity stands for no registration. Changes of its
 * object show as with {@link useGitopsObjects}; while it is not applied it is
 * also read every ten seconds, for want of signals about files.
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
  const { data, refresh } = result;
  const isUnsettled = Boolean(data && data.state !== 'Applied');
  useEffect(() => {
    if (!isUnsettled) return undefined;
    const timer = setInterval(refresh, POLL_INTERVAL_MS);
    return () => clearInterval(timer);
  }, [isUnsettled, refresh]);
  return result;
}
