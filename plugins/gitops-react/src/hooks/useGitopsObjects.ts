import { useMemo, useSyncExternalStore } from 'react';
import { useApi } from '@backstage/frontend-plugin-api';
import type {
  ObjectKey,
  ObjectList,
  ObjectsQuery,
} from '@backstage-gitops/plugin-gitops-common';
import { gitopsApiRef } from '../api/gitopsApiRef';
import { useLive } from '../live/GitopsLiveProvider';
import { LiveResult, useLiveData } from '../live/useLiveData';

/**
 * A page of objects that stays fresh: within two seconds of a change where the
 * app has signals, else within ten. While other filters load, the rows of the
 * former ones stay, as stale.
 *
 * @public
 */
export function useGitopsObjects(
  query: ObjectsQuery = {},
): LiveResult<ObjectList> {
  const api = useApi(gitopsApiRef);
  const { pending } = useLive();
  const result = useLiveData<ObjectList>({
    id: JSON.stringify(query),
    load: signal => api.listObjects(query, { signal }),
    concerns: change =>
      change.all || change.keys.some(key => mayMatch(key, query)),
    cursorOf: list => list.changesCursor,
    keepPrevious: true,
  });
  const version = useSyncExternalStore(pending.subscribe, pending.getVersion);
  const { data, askedAt } = result;
  const shown = useMemo(
    () =>
      data && {
        ...data,
        items: data.items.map(row => pending.over(row, askedAt ?? 0)),
      },
    // The version stands for what is pending.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [data, askedAt, pending, version],
  );
  return { ...result, data: shown };
}

/** By what the key tells; all else only the backend knows. */
function mayMatch(key: ObjectKey, query: ObjectsQuery): boolean {
  return (
    (query.home === undefined || query.home === key.home) &&
    (!query.kind?.length || query.kind.includes(key.kind)) &&
    (query.namespace === undefined || query.namespace === key.namespace) &&
    (query.name === undefined || query.name === key.name)
  );
}
