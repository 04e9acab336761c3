import type { ReactNode } from 'react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Skeleton } from '@backstage/ui';
import type { LiveResult } from '../../live/useLiveData';
import { gitopsReactTranslationRef } from '../../text/translation';
import { ErrorPanel } from '../ErrorPanel/ErrorPanel';
import { ForbiddenState, isForbidden } from '../ForbiddenState/ForbiddenState';
import { StaleNotice } from '../Freshness/StaleNotice';
import styles from './LiveContent.module.css';

/** What is shown of data: that it is on its way, why it is not there, or itself. */
export function LiveContent<T>(props: {
  result: LiveResult<T>;
  children(data: T): ReactNode;
}) {
  const { result, children } = props;
  const { data, error } = result;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  if (result.isLoading) {
    return (
      <div
        className={styles.loading}
        role="status"
        aria-busy="true"
        aria-label={t('object.loading')}
      >
        <Skeleton height="1.25rem" width="70%" />
        <Skeleton height="1.25rem" width="55%" />
        <Skeleton height="1.25rem" width="62%" />
      </div>
    );
  }
  if (data === undefined) {
    return isForbidden(error) ? (
      <ForbiddenState error={error} />
    ) : (
      <ErrorPanel
        error={error!}
        nextTryAt={result.nextTryAt}
        onRetry={result.refresh}
      />
    );
  }
  return (
    <>
      <StaleNotice result={result} />
      {children(data)}
    </>
  );
}
