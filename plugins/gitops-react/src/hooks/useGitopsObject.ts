import { useMemo, useSyncExternalStore } from 'react';
import { useApi } from '@backstage/frontend-plugin-api';
import type {
  ObjectDetail,
  ObjectKey,
  ObjectPlace,
} from '@backstage-gitops/plugin-gitops-common';
import { stringifyObjectKey } from '@backstage-gitops/plugin-gitops-common';
import { gitopsApiRef } from '../api/gitopsApiRef';
import { useLive } from '../live/GitopsLiveProvider';
import { LiveResult, useLiveData } from '../live/useLiveData';

/**
 * Everything of one object, fresh as with {@link useGitopsObjects}. A change of
 * what it depends on, or of what depends on it, counts as one of its own.
 *
 * @public
 */
export function useGitopsObject(key: ObjectKey): LiveResult<ObjectDetail> {
  const api = useApi(gitopsApiRef);
  const { pending } = useLive();
  const result = useLiveData<ObjectDetail>({
    id: stringifyObjectKey(key),
    load: signal => api.getObject(key, { signal }),
    concerns: (change, detail) =>
      change.all ||
      change.keys.some(other => concernsObject(other, key, detail)),
    cursorOf: detail => detail.changesCursor,
  });
  const version = useSyncExternalStore(pending.subscribe, pending.getVersion);
  const { data, askedAt } = result;
  const shown = useMemo(
    () => data && pending.over(data, askedAt ?? 0),
    // The version stands for what is pending.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [data, askedAt, pending, version],
  );
  return { ...result, data: shown };
}

function concernsObject(
  changed: ObjectKey,
  key: ObjectKey,
  detail: ObjectDetail | undefined,
): boolean {
  if (changed.home !== key.home) return false;
  const isChanged = (place: ObjectPlace) =>
    place.kind === changed.kind &&
    place.namespace === changed.namespace &&
    place.name === changed.name;
  return (
    isChanged(key) ||
    Boolean(detail?.dependsOn.some(isChanged)) ||
    Boolean(detail?.dependants.some(isChanged))
  );
}
