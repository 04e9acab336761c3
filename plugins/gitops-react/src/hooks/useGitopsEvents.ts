import { useApi } from '@backstage/frontend-plugin-api';
import type {
  ObjectEventList,
  ObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import { stringifyObjectKey } from '@backstage-gitops/plugin-gitops-common';
import { gitopsApiRef } from '../api/gitopsApiRef';
import { LiveResult, useLiveData } from '../live/useLiveData';

/**
 * The latest events of an object, newest first, fresh as with
 * {@link useGitopsObjects}.
 *
 * @public
 */
export function useGitopsEvents(
  key: ObjectKey,
  options: { limit?: number } = {},
): LiveResult<ObjectEventList> {
  const api = useApi(gitopsApiRef);
  const id = stringifyObjectKey(key);
  const { limit } = options;
  return useLiveData<ObjectEventList>({
    id: `${id}?${limit ?? ''}`,
    load: signal => api.listEvents(key, { limit }, { signal }),
    concerns: change =>
      change.all || change.keys.some(other => stringifyObjectKey(other) === id),
    keepPrevious: false,
  });
}
