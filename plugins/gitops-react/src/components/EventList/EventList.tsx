import { useState } from 'react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, Text } from '@backstage/ui';
import type {
  ObjectEvent,
  ObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import { RiErrorWarningLine, RiInformationLine } from '@remixicon/react';
import { useGitopsEvents } from '../../hooks/useGitopsEvents';
import { gitopsReactTranslationRef } from '../../text/translation';
import { EmptyState } from '../EmptyState/EmptyState';
import { LiveContent } from '../LiveContent/LiveContent';
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
  const [limit, setLimit] = useState(pageSize);
  const result = useGitopsEvents(objectKey, { limit });
  return (
    <LiveContent result={result}>
      {({ items, pageInfo }) => (
        <Events
          items={items}
          onMore={
            pageInfo.nextCursor && limit < MOST
              ? () => setLimit(Math.min(limit + pageSize, MOST))
              : undefined
          }
        />
      )}
    </LiveContent>
  );
}

function Events(props: {
  items: readonly ObjectEvent[];
  /** Where there are more of them. */
  onMore?: () => void;
}) {
  const { items, onMore } = props;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  if (items.length === 0) {
    return (
      <EmptyState title={t('events.empty')}>{t('events.emptyText')}</EmptyState>
    );
  }
  return (
    <>
      <ol className={styles.list} aria-label={t('events.label')}>
        {items.map(event => {
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
      {onMore && (
        <Button variant="secondary" size="small" onPress={onMore}>
          {t('events.more')}
        </Button>
      )}
    </>
  );
}
