import { useEffect } from 'react';
import { useApi } from '@backstage/frontend-plugin-api';
import type {
  NotificationList,
  NotificationsQuery,
  ObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import { stringifyObjectKey } from '@backstage-gitops/plugin-gitops-common';
import { gitopsApiRef } from '../api/gitopsApiRef';
import { LiveResult, useLiveData } from '../live/useLiveData';

/** Nothing tells when a service has taken something. */
const AGAIN_MS = 5_000;

/**
 * What an Alert sent, or a Provider was to send, fresh as with
 * {@link useGitopsObjects}; every few seconds while something waits.
 *
 * @public
 */
export function useGitopsNotifications(
  key: ObjectKey,
  query: NotificationsQuery = {},
): LiveResult<NotificationList> {
  const api = useApi(gitopsApiRef);
  const result = useLiveData<NotificationList>({
    id: `${stringifyObjectKey(key)}?${JSON.stringify(query)}`,
    load: signal => api.listNotifications(key, query, { signal }),
    // What happens to any object may be sent.
    concerns: change =>
      change.all || change.keys.some(({ home }) => home === key.home),
    keepPrevious: true,
  });
  const { refresh } = result;
  const isWaiting = (result.data?.counts.waiting ?? 0) > 0;
  useEffect(() => {
    if (!isWaiting) {
      return undefined;
    }
    const timer = setInterval(refresh, AGAIN_MS);
    return () => clearInterval(timer);
  }, [isWaiting, refresh]);
  return result;
}
