import { useApi } from '@backstage/frontend-plugin-api';
import type {
  ImageCandidates,
  ImagePushList,
  ImageTagList,
  ImageTagsQuery,
  ObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import { stringifyObjectKey } from '@backstage-gitops/plugin-gitops-common';
import { gitopsApiRef } from '../api/gitopsApiRef';
import type { Change } from '../live/ChangeFeed';
import { LiveResult, useLiveData } from '../live/useLiveData';

/**
 * The tags of an ImageRepository, or what an ImagePolicy makes of them, fresh as
 * with {@link useGitopsObjects}.
 *
 * @public
 */
export function useGitopsImageTags(
  key: ObjectKey,
  query: ImageTagsQuery,
): LiveResult<ImageTagList> {
  const api = useApi(gitopsApiRef);
  return useLiveData<ImageTagList>({
    id: `${stringifyObjectKey(key)}?${JSON.stringify(query)}`,
    load: signal => api.listImageTags(key, query, { signal }),
    concerns: change => isAboutImages(change, key),
    keepPrevious: true,
  });
}

/**
 * How an ImagePolicy chooses, fresh as with {@link useGitopsObjects}.
 *
 * @public
 */
export function useGitopsImageCandidates(
  key: ObjectKey,
): LiveResult<ImageCandidates> {
  const api = useApi(gitopsApiRef);
  return useLiveData<ImageCandidates>({
    id: stringifyObjectKey(key),
    load: signal => api.getImageCandidates(key, { signal }),
    concerns: change => isAboutImages(change, key),
  });
}

/**
 * What an ImageUpdateAutomation pushed, or what was pushed to the source of a
 * Kustomization, fresh as with {@link useGitopsObjects}.
 *
 * @public
 */
export function useGitopsImagePushes(
  key: ObjectKey,
  options: { limit?: number } = {},
): LiveResult<ImagePushList> {
  const api = useApi(gitopsApiRef);
  const { limit } = options;
  return useLiveData<ImagePushList>({
    id: `${stringifyObjectKey(key)}?${limit ?? ''}`,
    load: signal => api.listImagePushes(key, { limit }, { signal }),
    concerns: change => isAboutPushes(change, key),
    keepPrevious: true,
  });
}

/** An image is scanned, or a policy changes. */
function isAboutImages(change: Change, key: ObjectKey): boolean {
  const id = stringifyObjectKey(key);
  return (
    change.all ||
    change.keys.some(
      other =>
        stringifyObjectKey(other) === id ||
        (other.home === key.home && other.kind === 'ImageRepository'),
    )
  );
}

const STEPS = new Set([
  'ImageUpdateAutomation',
  'GitRepository',
  'Kustomization',
]);

/** Something goes on with what was pushed: it is fetched, or applied. */
function isAboutPushes(change: Change, { home }: ObjectKey): boolean {
  return (
    change.all ||
    change.keys.some(other => other.home === home && STEPS.has(other.kind))
  );
}
