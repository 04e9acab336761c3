import { useState } from 'react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, Skeleton, Text } from '@backstage/ui';
import type { ObjectKey } from '@backstage-gitops/plugin-gitops-common';
import { RiErrorWarningLine, RiInformationLine } from '@remixicon/react';
import { useGitopsEvents } from '../../hooks/useGitopsEvents';
import { gitopsReactTranslationRef } from '../../text/translation';
import { EmptyState } from '../EmptyState/EmptyState';
import { ErrorPanel } from '../ErrorPanel/ErrorPanel';
import { ForbiddenState, isForbidden } from '../ForbiddenState/ForbiddenState';
import { StaleNotice } from '../Freshness/StaleNotice';
import { RelativeTime } from '../RelativeTime/RelativeTime';
import { RevisionText } from '../RevisionText/RevisionText';
import styles from './EventList.module.css';

/** @public */
export interface EventListProps {
  objectKey: ObjectKey;
  /** How many to show at first, and more by each press of the button. Default 20. */
  pageSize?: number;
}

/** What one question may ask for; older events stay in the database. */
const MOST = 200;

/**
 * What happened to an object, the latest first, kept up to date.
 *
 * @public
 */
export function EventList(props: EventListProps) {
  const { objectKey, pageSize = 20 } = props;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const [limit, setLimit] = useState(pageSize);
  const result = useGitopsEvents(objectKey, { limit });
  const { data, error, isLoading } = result;

  if (isLoading) {
    return (
      <div aria-busy="true" aria-label={t('object.loading')}>
        <Skeleton height="1.25rem" width="70%" style={{ marginBottom: 12 }} />
        <Skeleton height="1.25rem" width="55%" style={{ marginBottom: 12 }} />
        <Skeleton height="1.25rem" width="62%" />
      </div>
    );
  }
  if (!data) {
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
  if (data.items.length === 0) {
    return (
      <EmptyState title={t('events.empty')}>{t('events.emptyText')}</EmptyState>
    );
  }
  const hasMore = Boolean(data.pageInfo.nextCursor) && limit < MOST;
  return (
    <>
      <StaleNotice result={result} />
      <ol className={styles.list} aria-label={t('events.label')}>
        {data.items.map(event => {
          const isWarning = event.type === 'Warning';
          const Icon = isWarning ? RiErrorWarningLine : RiInformationLine;
          return (
            <li key={event.id} className={styles.item}>
              <Icon
                className={styles.icon}
                data-type={event.type}
                aria-label={t(isWarning ? 'events.warning' : 'events.normal')}
                role="img"
              />
              <div className={styles.text}>
                <div className={styles.head}>
                  <Text weight="bold">{event.reason}</Text>
                  {event.revision && (
                    <Text color="secondary">
                      <RevisionText revision={event.revision} />
                    </Text>
                  )}
                  <Text color="secondary" className={styles.time}>
                    <RelativeTime time={event.at} />
                  </Text>
                </div>
                <div className={styles.message}>{event.message}</div>
              </div>
            </li>
          );
        })}
      </ol>
      {hasMore && (
        <Button
          variant="secondary"
          size="small"
          onPress={() => setLimit(Math.min(limit + pageSize, MOST))}
        >
          {t('events.more')}
        </Button>
      )}
    </>
  );
}
