import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  formatObject,
  GitopsApiError,
  ObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import {
  EmptyState,
  ErrorPanel,
  ForbiddenState,
  isForbidden,
  LiveResult,
  useGitopsLinks,
} from '@backstage-gitops/plugin-gitops-react';
import { ButtonLink } from '@backstage/ui';
import { RiSearchLine } from '@remixicon/react';
import { gitopsTranslationRef } from '../text/translation';
import { LoadingPanel } from './LoadingPanel';

/** In place of an object that is not there: on its way, forbidden, gone, failed. */
export function ObjectState(props: {
  objectKey: ObjectKey;
  result: LiveResult<unknown>;
}) {
  const { objectKey: key, result } = props;
  const { error, nextTryAt, refresh } = result;
  const { t } = useTranslationRef(gitopsTranslationRef);
  const links = useGitopsLinks();
  if (!error) return <LoadingPanel label={t('object.loading')} />;
  if (isForbidden(error)) return <ForbiddenState error={error} />;
  if (error instanceof GitopsApiError && error.status === 404) {
    return (
      <EmptyState
        icon={RiSearchLine}
        title={t('object.notFound', { kind: key.kind, name: key.name })}
        actions={
          <ButtonLink variant="secondary" href={links.objects()}>
            {t('object.all')}
          </ButtonLink>
        }
      >
        {t('object.notFoundText', {
          namespace: key.namespace,
          home: key.home,
        })}
      </EmptyState>
    );
  }
  return (
    <ErrorPanel
      title={t('object.failed')}
      error={error}
      where={`${formatObject(key)}, ${key.home}`}
      nextTryAt={nextTryAt}
      onRetry={refresh}
    />
  );
}
